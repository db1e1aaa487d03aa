"""Whom a delivery concerns: the households of the customers and vehicles that changed."""

from collections import defaultdict
from dataclasses import dataclass

from guildpost_agent.app.ports.unit_of_work import UnitOfWork


@dataclass(frozen=True)
class Changed:
    """The customers and vehicles that a delivery brought or changed."""

    customers: frozenset[str] = frozenset()
    vehicles: frozenset[str] = frozenset()


def concerned(uow: UnitOfWork, changed: Changed) -> frozenset[str]:
    """List the customer numbers of every household that has a part in what changed.

    The keepers of changed vehicles count, and whoever kept one of them when it was planned for last.
    """
    before = {occasion.customer_id for occasion in uow.plans.occasions(changed.vehicles)}
    now = {vehicle.customer_id for vehicle in uow.records.vehicles_of(changed.vehicles)}
    asked = before | now | changed.customers
    households: defaultdict[str, list[str]] = defaultdict(list)
    wanted: set[str] = set()
    for member in uow.people.all():
        households[member.household_id].append(member.customer_id)
        if member.customer_id in asked:
            wanted.add(member.household_id)
    return frozenset(asked | {one for household in wanted for one in households[household]})
