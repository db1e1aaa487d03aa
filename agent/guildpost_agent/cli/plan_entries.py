"""A preview of the plan vehicle by vehicle and day by day, each occasion with its chain of reasons, page by page."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, TypeVar

from guildpost_agent.app.explain import say_day
from guildpost_agent.app.explain_entry import explain_entry, service_name
from guildpost_agent.app.plain_names import car_of, in_one_line, name_of
from guildpost_agent.app.preview_entries import Entry, standing_of
from guildpost_agent.app.preview_plan import Preview
from guildpost_agent.app.rehearse_plan import Rehearsal
from guildpost_agent.domain.records import Customer, Vehicle
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


@dataclass(frozen=True)
class Names:
    """Who and what numbers stand for: a service manager knows plates and people."""

    vehicles: Mapping[str, Vehicle] = field(default_factory=dict)
    customers: Mapping[str, Customer] = field(default_factory=dict)

    def vehicle(self, vehicle_id: str) -> str:
        """Give a vehicle's number with make, model and plate, as far as they are known."""
        return in_one_line(f"{vehicle_id} {car_of(self.vehicles.get(vehicle_id))}".strip())

    def customer(self, customer_id: str) -> str:
        """Give a customer's number and name, as far as it is known."""
        return in_one_line(f"{customer_id} {name_of(self.customers.get(customer_id))}".strip())


_NUMBERS_ONLY: Final = Names()


def describe_entries(
    preview: Preview, page: Page, texts: Catalog, named: Callable[[Sequence[Entry]], Names]
) -> Iterator[str]:
    """Say of the page's vehicles what is planned and what is not, and why.

    Args:
        preview: the plan.
        page: which part is shown.
        texts: the language.
        named: finds the names of what is shown.

    Raises:
        Refused: ``plan_page_unknown``.
    """
    vehicles = [list(group) for _, group in groupby(preview.entries, key=lambda entry: entry.occasion.vehicle_id)]
    shown = page.of(vehicles)
    names = named([entry for entries in shown for entry in entries])
    for entries in shown:
        yield ""
        yield texts.text("cli.plan.vehicle", vehicle=names.vehicle(entries[0].occasion.vehicle_id))
        for entry in entries:
            yield from describe_entry(entry, preview.plan, texts, names)
    yield ""
    yield from page.hint(len(vehicles), texts)


def describe_entry(entry: Entry, plan: Rehearsal, texts: Catalog, names: Names = _NUMBERS_ONLY) -> Iterator[str]:
    """Say one occasion's day, its answer and its reasons."""
    explanation = explain_entry(entry, plan.services, texts, names.vehicle)
    yield f"  {headed(entry, plan, texts, names)}"
    yield f"    {explanation.headline}"
    for reason in explanation.reasons:
        yield f"    – {reason}"


def headed(entry: Entry, plan: Rehearsal, texts: Catalog, names: Names) -> str:
    """Name day, service, customer and channel of an entry; what has no message is named by its due date."""
    occasion, touchpoint = entry.occasion, entry.touchpoint
    named = {
        "day": say_day(entry.day, texts),
        "service": service_name(occasion.service_id, plan.services, texts),
        "customer": names.customer(occasion.customer_id),
    }
    if touchpoint is None:
        return texts.text("cli.plan.entry.none", **named)
    planned = touchpoint.state == PLANNED
    standing = texts.text(
        f"cli.plan.standing.{standing_of(touchpoint, plan)}" if planned else f"state.{touchpoint.state}"
    )
    channel = texts.text(f"consent.channel.{touchpoint.channel}")
    return texts.text("cli.plan.entry", channel=channel, standing=standing, **named)
