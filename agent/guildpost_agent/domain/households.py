"""Who lives together: one household gets one message.

Two customers are of one household when they live at the same address (postcode, street, house number) and share a part
of their surname, or at the same address and use the same e-mail address or phone number. Firms are a household each,
whoever lives above them; without a full address nobody is put together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from guildpost_agent.domain.matching import spelling
from guildpost_agent.domain.records import Customer, Vehicle


@dataclass(frozen=True)
class Fleet:
    """A firm with several vehicles here: one letter with a list, not one for each."""

    person_id: str
    vehicle_ids: tuple[str, ...]


class _Groups:
    """Union-find over persons; the smallest number names the group."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def root(self, one: str) -> str:
        """Find the group's name."""
        while (above := self._above.get(one, one)) != one:
            self._above[one] = self._above.get(above, above)
            one = above
        return one

    def join(self, one: str, other: str) -> None:
        """Put two groups together."""
        low, high = sorted((self.root(one), self.root(other)))
        self._above[high] = low


def households(customers: Iterable[Customer], persons: Mapping[str, str]) -> dict[str, str]:
    """Name the household of each person.

    Args:
        customers: their records, in any order.
        persons: person of each customer number.

    Returns:
        Person to household; a household is named after the smallest of its persons.
    """
    groups = _Groups()
    first: dict[tuple[str, ...], str] = {}
    everybody = set()
    for customer in customers:
        person = persons.get(customer.customer_id, customer.customer_id)
        everybody.add(person)
        for trait in _traits(customer):
            groups.join(first.setdefault(trait, person), person)
    return {person: groups.root(person) for person in everybody}


def _traits(customer: Customer) -> list[tuple[str, ...]]:
    """Give what a customer shares with the others of the household."""
    if customer.company or customer.is_business or not (customer.street and customer.postcode):
        return []
    name, number = spelling.split_house(customer.street)
    if not number:
        return []
    address = (customer.postcode, spelling.street(name), spelling.house(number))
    surnames = {
        part
        for surname in (customer.family_name, customer.second_family_name)
        for part in spelling.name(surname).replace("-", " ").split()
        if len(part) > 2  # noqa: PLR2004 — "von", "de" are kept apart by their rest
    }
    reached = (customer.email, customer.mobile, customer.phone)
    shared = [("name", part) for part in sorted(surnames)] + [("reached", way) for way in reached if way]
    return [(*address, *trait) for trait in shared]


def fleets(
    customers: Iterable[Customer], vehicles: Iterable[Vehicle], persons: Mapping[str, str], least: int = 2
) -> list[Fleet]:
    """List the firms with several vehicles here.

    Args:
        customers: all records.
        vehicles: all vehicles; sold, deregistered and missing ones do not count.
        persons: person of each customer number.
        least: from so many vehicles on.
    """
    firms = {persons.get(c.customer_id, c.customer_id) for c in customers if c.company or c.is_business}
    kept: dict[str, list[str]] = {}
    for vehicle in vehicles:
        person = persons.get(vehicle.customer_id, vehicle.customer_id)
        if person in firms and not (vehicle.sold_on or vehicle.deregistered_on or vehicle.missing_since):
            kept.setdefault(person, []).append(vehicle.vehicle_id)
    return [Fleet(person, tuple(sorted(ids))) for person, ids in sorted(kept.items()) if len(ids) >= least]
