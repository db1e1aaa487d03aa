"""Every reason to write that a dealer's vehicles and customers give, within sight."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from guildpost_agent.domain.columns import EPOCH, day_number, last_days, month_of
from guildpost_agent.domain.cycles import cycle_of
from guildpost_agent.domain.due_dates import Due, DueDate, DueDates, Garage, garage_of
from guildpost_agent.domain.due_dates.hu import hu_dues
from guildpost_agent.domain.due_dates.values import SOURCES, TRIAGES, TRUSTED
from guildpost_agent.domain.event_due import Sight, event_due
from guildpost_agent.domain.keyed import occasion_ids
from guildpost_agent.domain.records import Occasion, Vehicle
from guildpost_agent.domain.service_work import is_notice
from guildpost_agent.domain.subjects import Subjects
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.services.event_rules import AbsenceRule
from guildpost_shared.services.occasion_rules import HuRule, InspectionRule

# How far ahead occasions are kept: windows open within the planning horizon, and room to look ahead.
SIGHT_DAYS: Final = 120


@dataclass(frozen=True)
class Inspections:
    """When every vehicle is due for each of its inspections, near or far.

    Attributes:
        garage: the vehicles.
        dues: by service, in the order of the vehicles.
    """

    garage: Garage
    dues: Mapping[str, Due]


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


def all_due(subjects: Subjects, services: Iterable[ServiceDefinition], today: date) -> Inspections:
    """Say when every vehicle is due for its inspections, near or far."""
    garage = subjects.garage
    rules = [DueDates(service) for service in services if is_inspection(service)]
    return Inspections(garage, {rule.service_id: rule.of(garage, today) for rule in rules})


def in_sight(
    inspections: Inspections,
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
    by_month: dict[tuple[str, str], Occasion] = {}
    by_day: list[Occasion] = []
    for service in services:
        if not is_inspection(service):
            by_day += _events(subjects, service, today, max(sight_days, ahead_days(service)))
            continue
        due = inspections.dues[service.service_id]
        near = np.flatnonzero(due.known & (due.due <= day_number(last)))
        overdue = _overdue(subjects, service, today)
        for occasion in (*_unnamed(inspections.garage, due, near, service.service_id), *overdue):
            by_month[occasion.vehicle_id, occasion.service_id] = occasion
    named = [*_named(list(by_month.values()), by_month=True), *_named(by_day, by_month=False)]
    return sorted(named, key=lambda occasion: occasion.occasion_id)


def _events(subjects: Subjects, service: ServiceDefinition, today: date, sight_days: int) -> Iterator[Occasion]:
    rule = service.occasion
    if isinstance(rule, HuRule | InspectionRule):
        return
    everybody = is_notice(service) or isinstance(rule, AbsenceRule)
    sight = Sight(today - timedelta(days=after_days(service)), today + timedelta(days=sight_days), today)
    for vehicle, due in event_due(rule, service.service_id, subjects, sight):
        if everybody or subjects.is_ours(vehicle, today):
            yield _occasion(vehicle, service.service_id, due)


def _overdue(subjects: Subjects, service: ServiceDefinition, today: date) -> Iterator[Occasion]:
    """Find inspections whose month of the DMS went by lately and that nobody did here since."""
    days = after_days(service)
    if not days or not isinstance(service.occasion, HuRule):
        return
    for month in range(month_of(today - timedelta(days=days)), month_of(today)):
        named = [v for v in subjects.vehicles if v.next_hu is not None and month_of(v.next_hu) == month]
        garage, then = garage_of(named, subjects.histories), int(last_days(np.array([month]))[0])
        due = hu_dues(garage, service.occasion, then)
        still = np.flatnonzero(due.known & (due.due == then) & (due.triage == TRUSTED))
        yield from _unnamed(garage, due, still, service.service_id)


def _unnamed(garage: Garage, due: Due, rows: NDArray[np.intp], service_id: str) -> Iterator[Occasion]:
    days = {int(day): date.fromordinal(EPOCH + int(day)) for day in np.unique(due.due[rows])}
    columns = (column[rows].tolist() for column in (due.due, due.source, due.confidence, due.triage))
    for at, day, source, confidence, triage in zip(rows.tolist(), *columns, strict=True):
        vehicle = garage.vehicles[at]
        yield Occasion(
            "",
            vehicle.customer_id,
            vehicle.vehicle_id,
            service_id,
            days[day],
            SOURCES[source],
            confidence,
            TRIAGES[triage],
        )


def _named(found: list[Occasion], *, by_month: bool) -> list[Occasion]:
    """Give occasions their names, all at once."""
    names = occasion_ids([(o.vehicle_id, o.customer_id, o.service_id, cycle_of(o, by_month=by_month)) for o in found])
    return [
        Occasion(name, o.customer_id, o.vehicle_id, o.service_id, o.due_date, o.source, o.confidence, o.triage)
        for name, o in zip(names, found, strict=True)
    ]


def _occasion(vehicle: Vehicle, service_id: str, due: DueDate) -> Occasion:
    return Occasion(
        "", vehicle.customer_id, vehicle.vehicle_id, service_id, due.due, due.source, due.confidence, due.triage
    )
