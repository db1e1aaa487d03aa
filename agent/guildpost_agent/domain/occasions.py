"""Every reason to write that a dealer's vehicles and customers give, within sight."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Final

from guildpost_agent.domain.cycles import cycle_of
from guildpost_agent.domain.due_dates import DueDate, hu_due, inspection_due
from guildpost_agent.domain.event_due import event_due
from guildpost_agent.domain.history import History
from guildpost_agent.domain.keyed import occasion_id
from guildpost_agent.domain.months import end_of_month_number, month_number
from guildpost_agent.domain.records import Occasion, Triage, Vehicle
from guildpost_agent.domain.service_work import is_notice
from guildpost_agent.domain.subjects import Subjects
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.services.event_rules import AbsenceRule
from guildpost_shared.services.occasion_rules import HuRule, InspectionRule, MaintenanceInterval

# How far ahead occasions are kept: windows open within the planning horizon, and room to look ahead.
SIGHT_DAYS: Final = 120


class DueDates:
    """The due dates of one inspection service; each kind of vehicle is looked up in the maker's table once."""

    def __init__(self, service: ServiceDefinition) -> None:
        self.service_id = service.service_id
        self._rule = service.occasion
        self._intervals: dict[tuple[str, str, str, int | None], MaintenanceInterval] = {}

    def of(self, vehicle: Vehicle, history: History, today: date) -> DueDate | None:
        """Say when a vehicle is due; None when nothing is known."""
        if isinstance(self._rule, HuRule):
            return hu_due(vehicle, history, self._rule, today)
        if not isinstance(self._rule, InspectionRule):
            return None
        registered = vehicle.first_registration
        kind = (vehicle.make, vehicle.model, vehicle.fuel, None if registered is None else registered.year)
        interval = self._intervals.get(kind)
        if interval is None:
            interval = self._intervals[kind] = self._rule.interval(*kind)
        return inspection_due(vehicle, history, interval, today)


def is_inspection(service: ServiceDefinition) -> bool:
    """Say whether a service is about one of the inspections, whose due dates every vehicle has."""
    return isinstance(service.occasion, HuRule | InspectionRule)


def after_days(service: ServiceDefinition) -> int:
    """Say for how many days after its due date a service still has something to say."""
    return max(0, -min(touch.last_day for touch in service.touches))


def ahead_days(service: ServiceDefinition) -> int:
    """Say how many days before its due date a service first has something to say."""
    return max(touch.first_day for touch in service.touches)


def find(
    subjects: Subjects, services: Iterable[ServiceDefinition], today: date, sight_days: int = SIGHT_DAYS
) -> list[Occasion]:
    """List the occasions in sight, ordered by id.

    Args:
        subjects: the dealer's vehicles and customers.
        services: the services that the dealer runs.
        today: the dealer's local day.
        sight_days: how far ahead.
    """
    running = tuple(services)
    return in_sight(all_due(subjects, running, today), subjects, running, today, sight_days)


def all_due(subjects: Subjects, services: Iterable[ServiceDefinition], today: date) -> list[Occasion]:
    """Say when every vehicle is due for its inspections, near or far; without an id yet."""
    rules = [DueDates(service) for service in services if is_inspection(service)]
    found: list[Occasion] = []
    if not rules:
        return found
    for vehicle in subjects.vehicles:
        history = subjects.history(vehicle.vehicle_id)
        for rule in rules:
            due = rule.of(vehicle, history, today)
            if due is not None:
                found.append(_occasion(vehicle, rule.service_id, due))
    return found


def in_sight(
    inspections: Iterable[Occasion],
    subjects: Subjects,
    services: Iterable[ServiceDefinition],
    today: date,
    sight_days: int = SIGHT_DAYS,
) -> list[Occasion]:
    """Keep what falls due within sight, add what is no inspection, and name all of it; ordered by id.

    Inspections are due for every vehicle, believable or not (the work list). Other services have an occasion only with
    vehicles that are looked after here: a wheel change of somebody who was never here is none.

    Args:
        inspections: what ``all_due`` gave.
        subjects: the dealer's vehicles and customers.
        services: the services that the dealer runs.
        today: the dealer's local day.
        sight_days: how far ahead; services with longer windows see as far as their windows reach.
    """
    last = today + timedelta(days=sight_days)
    found = {}
    for o in inspections:
        if o.due_date <= last:
            found[o.vehicle_id, o.service_id] = o
    named: list[Occasion] = []
    for service in services:
        if is_inspection(service):
            for overdue in _overdue(subjects, service, today):
                found[overdue.vehicle_id, overdue.service_id] = overdue
        else:
            named += _events(subjects, service, today, max(sight_days, ahead_days(service)))
    for o in found.values():
        named.append(_named(o, by_month=True))
    return sorted(named, key=lambda occasion: occasion.occasion_id)


def _events(subjects: Subjects, service: ServiceDefinition, today: date, sight_days: int) -> Iterator[Occasion]:
    rule = service.occasion
    if isinstance(rule, HuRule | InspectionRule):
        return
    everybody = is_notice(service) or isinstance(rule, AbsenceRule)
    first, last = today - timedelta(days=after_days(service)), today + timedelta(days=sight_days)
    for vehicle, due in event_due(rule, service.service_id, subjects, today):
        if first <= due.due <= last and (everybody or subjects.is_ours(vehicle, today)):
            yield _named(_occasion(vehicle, service.service_id, due), by_month=False)


def _overdue(subjects: Subjects, service: ServiceDefinition, today: date) -> Iterator[Occasion]:
    """Find inspections whose month of the DMS went by lately and that nobody did here since."""
    days = after_days(service)
    if not days or not isinstance(service.occasion, HuRule):
        return
    first, now = month_number(today - timedelta(days=days)), month_number(today)
    for vehicle in subjects.vehicles:
        if vehicle.next_hu is None or not first <= (month := month_number(vehicle.next_hu)) < now:
            continue
        due = end_of_month_number(month)
        then = hu_due(vehicle, subjects.history(vehicle.vehicle_id), service.occasion, due)
        if then is not None and then.due == due and then.triage is Triage.TRUSTED:
            yield _occasion(vehicle, service.service_id, then)


def _named(occasion: Occasion, *, by_month: bool) -> Occasion:
    o = occasion
    name = occasion_id(o.vehicle_id, o.customer_id, o.service_id, cycle_of(o, by_month=by_month))
    return Occasion(name, o.customer_id, o.vehicle_id, o.service_id, o.due_date, o.source, o.confidence, o.triage)


def _occasion(vehicle: Vehicle, service_id: str, due: DueDate) -> Occasion:
    return Occasion(
        "", vehicle.customer_id, vehicle.vehicle_id, service_id, due.due, due.source, due.confidence, due.triage
    )
