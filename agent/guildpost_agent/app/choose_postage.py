"""Choose how the letters of one release are posted: the cheapest option that the carrier allows and that is in time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from guildpost_agent.domain.postage.choice import Choice, choose
from guildpost_agent.domain.postage.hand_over import hand_over
from guildpost_agent.domain.postage.items import Content, Item
from guildpost_agent.domain.postage.prices import Prices, prices_on
from guildpost_agent.domain.postal import leitregion
from guildpost_agent.domain.records import Customer, Touchpoint
from guildpost_agent.domain.reference.tariffs import Tariffs
from guildpost_agent.domain.working_days import LETTER_WORKING_DAYS, add_working_days
from guildpost_shared.services.definition import CapClass, ServiceDefinition


@dataclass(frozen=True)
class PostageRules:
    """What a dealer's postage depends on; services not named in ``advertising`` send notices, which go as letters."""

    tariffs: Tariffs
    advertising: frozenset[str]
    state: str
    zone: ZoneInfo
    vat_counts: bool = False

    def prices(self, at: datetime) -> Prices:
        """Give the prices of what is released at an instant."""
        release = at.astimezone(self.zone).date()
        return prices_on(self.tariffs, release, frozenset({self.state}), vat_counts=self.vat_counts)


@dataclass(frozen=True)
class Addressed:
    """A letter: its id in the posting, whom it is for, and its weight in grams."""

    item_id: str
    touchpoint: Touchpoint
    customer: Customer
    weight_g: int


@dataclass(frozen=True)
class Postage:
    """How one release is posted; ``unpriced`` letters go abroad or are heavier than the tariff knows."""

    items: tuple[Item, ...]
    prices: Prices
    choice: Choice
    unpriced: int

    @property
    def products(self) -> Mapping[str, str]:
        """The product of every letter that has a price, by its id."""
        return self.choice.best.assignment

    def hand_over(self) -> dict[str, object]:
        """Give the manifest's part about postage."""
        return hand_over(self.choice, self.prices, self.unpriced)


def advertising_services(services: Iterable[ServiceDefinition]) -> frozenset[str]:
    """Name the services whose letters are advertising: all that count against the contact cap; recalls do not."""
    return frozenset(service.service_id for service in services if service.cap_class is CapClass.COMMERCIAL)


def choose_postage(rules: PostageRules, letters: Iterable[Addressed], at: datetime) -> Postage:
    """Choose the cheapest way for the letters of a release.

    Args:
        rules: of the dealer.
        letters: of one release, ids unique.
        at: when it is handed over.
    """
    prices = rules.prices(at)
    found = [_item(rules, letter) for letter in letters]
    items = tuple(item for item in found if item is not None and prices.letter(item) is not None)
    return Postage(items, prices, choose(items, prices), len(found) - len(items))


def _item(rules: PostageRules, letter: Addressed) -> Item | None:
    region = leitregion(letter.customer.postcode) if letter.customer.country in {"", "DE"} else ""
    if not region:
        return None
    advertises = letter.touchpoint.service_id in rules.advertising
    content = Content.ADVERTISING if advertises else Content.NOTICE
    return Item(letter.item_id, region, letter.weight_g, content, _latest_arrival(rules, letter.touchpoint))


def _latest_arrival(rules: PostageRules, touchpoint: Touchpoint) -> date:
    """Give the day on which a letter posted at the last moment is with its reader."""
    last_posted = (touchpoint.not_after - timedelta(microseconds=1)).astimezone(rules.zone).date()
    return add_working_days(last_posted, LETTER_WORKING_DAYS, frozenset({rules.state}))
