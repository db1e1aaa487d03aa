"""Letters as the carrier sees them: where to, how heavy, what kind of content, and until when they must arrive."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby


class Content(StrEnum):
    """What a letter says; the carrier's bulk product takes advertising only, never a recall or another notice."""

    ADVERTISING = "advertising"
    NOTICE = "notice"


@dataclass(frozen=True)
class Item:
    """One letter to an address in Germany.

    Attributes:
        item_id: unique in its posting, holds nothing personal.
        region: Leitregion, the first two digits of the postcode.
        weight_g: with envelope.
        content: advertising or a notice.
        latest_arrival: last day on which it is of use; None when any day will do.
    """

    item_id: str
    region: str
    weight_g: int = 10
    content: Content = Content.ADVERTISING
    latest_arrival: date | None = None

    def may_be_bulk(self, arrival: date) -> bool:
        """Say whether a bulk posting that arrives on a day will do for this letter."""
        timely = self.latest_arrival is None or arrival <= self.latest_arrival
        return self.content is Content.ADVERTISING and timely


def by_region(items: Iterable[Item]) -> list[tuple[str, list[Item]]]:
    """Group letters by Leitregion, in an order that does not depend on theirs."""
    ordered = sorted(items, key=lambda item: (item.region, item.item_id))
    return [(region, list(group)) for region, group in groupby(ordered, key=lambda item: item.region)]
