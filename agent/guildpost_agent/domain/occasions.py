"""Every reason to write that a dealer's vehicles give, within sight."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from guildpost_agent.domain import work_kinds
from guildpost_agent.domain.due_dates import DueDate, hu_due, inspection_due
from guildpost_agent.domain.history import NOTHING, History
from guildpost_agent.domain.keyed import occasion_id
from guildpost_agent.domain.records import Occasion, Vehicle
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.services.occasion_rules import HuRule, MaintenanceInterval

# How far ahead occasions are kept: the longest window of the standard services (60 days) and room to look ahead.
SIGHT_DAYS: Final = 120


def work_kind(service: ServiceDefinition) -> str:
    """Name the kind of work that answers a service."""
    return work_kinds.HU if isinstance(service.occasion, HuRule) else work_kinds.INSPECTION


class DueDates:
    """The due dates of one service; each kind of vehicle is looked up in the maker's table once."""

    def __init__(self, service: ServiceDefinition) -> None:
        self.service_id = service.service_id
        self._rule = service.occasion
        self._intervals: dict[tuple[str, str, str, int | None], MaintenanceInterval] = {}

    def of(self, vehicle: Vehicle, history: History, today: date) -> DueDate | None:
        """Say when a vehicle is due; None when nothing is known."""
        if isinstance(self._rule, HuRule):
            return hu_due(vehicle, history, self._rule, today)
        registered = vehicle.first_registration
        kind = (vehicle.make, vehicle.model, vehicle.fuel, None if registered is None else registered.year)
        interval = self._intervals.get(kind)
        if interval is None:
            interval = self._intervals[kind] = self._rule.interval(*kind)
        return inspection_due(vehicle, history, interval, today)


def find(
    vehicles: Iterable[Vehicle],
    histories: Mapping[str, History],
    services: Iterable[ServiceDefinition],
    today: date,
    sight_days: int = SIGHT_DAYS,
) -> list[Occasion]:
    """List the occasions that fall due from today on, ordered by id.

    Args:
        vehicles: all vehicles, in any order.
        histories: what the workshop knows, by vehicle.
        services: the services that the dealer runs.
        today: the dealer's local day.
        sight_days: how far ahead.
    """
    return in_sight(all_due(vehicles, histories, services, today), today, sight_days)


def all_due(
    vehicles: Iterable[Vehicle],
    histories: Mapping[str, History],
    services: Iterable[ServiceDefinition],
    today: date,
) -> list[Occasion]:
    """Say when every vehicle is due for every service, near or far; without an id yet."""
    rules = [DueDates(service) for service in services]
    found: list[Occasion] = []
    for vehicle in vehicles:
        history = histories.get(vehicle.vehicle_id, NOTHING)
        for rule in rules:
            due = rule.of(vehicle, history, today)
            if due is not None:
                found.append(_occasion(vehicle, rule.service_id, due))
    return found


def in_sight(due: Iterable[Occasion], today: date, sight_days: int = SIGHT_DAYS) -> list[Occasion]:
    """Keep what falls due within sight, named and ordered by id."""
    last = today + timedelta(days=sight_days)
    found = [
        replace(o, occasion_id=occasion_id(o.vehicle_id, o.customer_id, o.service_id, o.due_date))
        for o in due
        if o.due_date <= last
    ]
    return sorted(found, key=lambda occasion: occasion.occasion_id)


def _occasion(vehicle: Vehicle, service_id: str, due: DueDate) -> Occasion:
    return Occasion(
        occasion_id="",
        customer_id=vehicle.customer_id,
        vehicle_id=vehicle.vehicle_id,
        service_id=service_id,
        due_date=due.due,
        source=due.source,
        confidence=due.confidence,
        triage=due.triage,
    )
