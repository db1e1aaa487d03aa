"""A preview of the plan vehicle by vehicle and day by day, each occasion with its chain of reasons, page by page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from guildpost_agent.app.explain import say_day
from guildpost_agent.app.explain_entry import explain_entry, service_name
from guildpost_agent.app.preview_entries import Entry, standing_of
from guildpost_agent.app.preview_plan import Preview
from guildpost_agent.app.rehearse_plan import Rehearsal
from guildpost_agent.domain.touchpoint_states import PLANNED
from guildpost_shared.catalog import Catalog
from guildpost_shared.errors import Refused

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Page:
    """Which part of a long list is shown; the first page is 1."""

    number: int
    size: int

    def of(self, items: Sequence[_Item]) -> Sequence[_Item]:
        """Cut the page out.

        Raises:
            Refused: ``plan_page_unknown``.
        """
        pages = max(1, -(-len(items) // max(1, self.size)))
        if not (1 <= self.number <= pages and self.size >= 1):
            raise Refused("plan_page_unknown", page=self.number, size=self.size, pages=pages)
        return items[(self.number - 1) * self.size : self.number * self.size]

    def hint(self, total: int, texts: Catalog) -> Iterator[str]:
        """Say where one is in a list that does not fit on the page, and how to narrow it."""
        if total > self.size:
            first, last = (self.number - 1) * self.size + 1, min(self.number * self.size, total)
            yield texts.text("cli.plan.page", first=first, last=last, total=total)
            if last < total:
                yield texts.text("cli.plan.more", page=self.number + 1)


def describe_entries(preview: Preview, page: Page, texts: Catalog) -> Iterator[str]:
    """Say of the page's vehicles what is planned and what is not, and why.

    Raises:
        Refused: ``plan_page_unknown``.
    """
    vehicles = [list(group) for _, group in groupby(preview.entries, key=lambda entry: entry.occasion.vehicle_id)]
    for entries in page.of(vehicles):
        yield ""
        yield texts.text("cli.plan.vehicle", vehicle=entries[0].occasion.vehicle_id)
        for entry in entries:
            yield from describe_entry(entry, preview.plan, texts)
    yield ""
    yield from page.hint(len(vehicles), texts)


def describe_entry(entry: Entry, plan: Rehearsal, texts: Catalog) -> Iterator[str]:
    """Say one occasion's day, its answer and its reasons."""
    explanation = explain_entry(entry, plan.services, texts)
    yield f"  {headed(entry, plan, texts)}"
    yield f"    {explanation.headline}"
    for reason in explanation.reasons:
        yield f"    – {reason}"


def headed(entry: Entry, plan: Rehearsal, texts: Catalog) -> str:
    """Name day, service, customer and channel of an entry; what has no message is named by its due date."""
    occasion, touchpoint = entry.occasion, entry.touchpoint
    named = {
        "day": say_day(entry.day, texts),
        "service": service_name(occasion.service_id, plan.services, texts),
        "customer": occasion.customer_id,
    }
    if touchpoint is None:
        return texts.text("cli.plan.entry.none", **named)
    planned = touchpoint.state == PLANNED
    standing = texts.text(
        f"cli.plan.standing.{standing_of(touchpoint, plan)}" if planned else f"state.{touchpoint.state}"
    )
    channel = texts.text(f"consent.channel.{touchpoint.channel}")
    return texts.text("cli.plan.entry", channel=channel, standing=standing, **named)
