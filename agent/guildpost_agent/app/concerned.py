"""Whom a delivery concerns: the households of the customers and vehicles that changed."""

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
    at_home = uow.people.housemates_of_each(before | now | changed.customers)
    return frozenset(one for home in at_home.values() for one in home)
