"""Every reason to write that a dealer's vehicles and customers give, within sight."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from guildpost_agent.domain.columns import EPOCH, day_number
from guildpost_agent.domain.cycles import cycle_of
from guildpost_agent.domain.due_dates import Due, DueDates, Garage
from guildpost_agent.domain.due_dates.values import SOURCES, TRIAGES
from guildpost_agent.domain.event_due import Sight, event_due
from guildpost_agent.domain.keyed import occasion_ids
from guildpost_agent.domain.overdue import overdue
from guildpost_agent.domain.records import Occasion, Triage
from guildpost_agent.domain.service_work import is_notice
from guildpost_agent.domain.subjects import Subjects
from guildpost_agent.domain.territories import EVERYWHERE, Territories
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.services.event_rules import AbsenceRule, SeasonRule
from guildpost_shared.services.occasion_rules import HuRule, InspectionRule

# How far ahead occasions are kept: windows open within the planning horizon, and room to look ahead.
SIGHT_DAYS: Final = 120


_Row = tuple[str, str, str, date, str, float, Triage]
"""An occasion without its name: customer, vehicle, service, due date, source, confidence, triage."""
_VEHICLE: Final = 1
_DUE: Final = 3


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
    """List the occasions in sight.

    Args:
        subjects: the dealer's vehicles and customers.
        services: the services that the dealer runs.
        today: the dealer's local day.
        sight_days: how far ahead.
    """
    running = tuple(services)
    return in_sight(all_due(subjects, running, today), subjects, running, today, sight_days)


def all_due(
    subjects: Subjects, services: Iterable[ServiceDefinition], today: date, territories: Territories = EVERYWHERE
) -> Inspections:
    """Say when every vehicle is due for its brand's inspections, near or far."""
    garage = subjects.garage
    rules = [DueDates(service) for service in services if is_inspection(service)]
    dues = {rule.service_id: rule.of(garage, today) for rule in rules}
    return Inspections(garage, {name: _within(due, garage, territories, name) for name, due in dues.items()})


def _within(due: Due, garage: Garage, territories: Territories, service_id: str) -> Due:
    """Know nothing of the vehicles that other brands write about."""
    meant = territories.meant(service_id)
    if meant is None:
        return due
    ours = np.fromiter(map(meant, garage.vehicles), np.bool_, len(garage))
    return replace(due, known=due.known & ours)


def in_sight(
    inspections: Inspections,
    subjects: Subjects,
    services: Iterable[ServiceDefinition],
    today: date,
    sight_days: int = SIGHT_DAYS,
    *,
    territories: Territories = EVERYWHERE,
) -> list[Occasion]:
    """Keep what falls due within sight, add what is no inspection, and name all of it.

    Inspections are due for every vehicle, believable or not (the work list). Other services have an occasion only with
    vehicles that are looked after here: a wheel change of somebody who was never here is none.

    Args:
        inspections: what ``all_due`` gave.
        subjects: the dealer's vehicles and customers.
        services: the services that the dealer runs.
        today: the dealer's local day.
        sight_days: how far ahead; services with longer windows see as far as their windows reach.
        territories: which brand writes about which vehicle.
    """
    near, inspected, others = day_number(today + timedelta(days=sight_days)), [], []
    for service in services:
        if is_inspection(service):
            due = inspections.dues[service.service_id]
            rows = _rows(inspections.garage, due, np.flatnonzero(due.known & (due.due <= near)), service.service_id)
            late = _overdue(subjects, service, today, territories)
            passed = {row[_VEHICLE] for row in late}
            inspected += [row for row in rows if row[_VEHICLE] not in passed] if passed else rows
            inspected += late
        else:
            others += _events(subjects, service, today, max(sight_days, ahead_days(service)), territories)
    return [*_named(inspected, by_month=True), *_named(others, by_month=False)]


def _events(
    subjects: Subjects, service: ServiceDefinition, today: date, sight_days: int, territories: Territories
) -> list[_Row]:
    rule = service.occasion
    if isinstance(rule, HuRule | InspectionRule):
        return []
    # A season is looked for among the vehicles that are looked after here alone.
    everybody, name = is_notice(service) or isinstance(rule, AbsenceRule | SeasonRule), service.service_id
    sight = Sight(today - timedelta(days=after_days(service)), today + timedelta(days=sight_days), today)
    meant = territories.meant(name)
    return [
        (vehicle.customer_id, vehicle.vehicle_id, name, due.due, due.source, due.confidence, due.triage)
        for vehicle, due in event_due(rule, name, subjects, sight)
        if (meant is None or meant(vehicle)) and (everybody or subjects.is_ours(vehicle, today))
    ]


def _overdue(subjects: Subjects, service: ServiceDefinition, today: date, territories: Territories) -> list[_Row]:
    """List what nobody did, one row for each vehicle: it is due since the first of the days that were named for it."""
    first, rule = dict[str, _Row](), service.occasion
    if isinstance(rule, HuRule | InspectionRule):
        for garage, due, at in overdue(subjects.garage, subjects.histories, rule, today, after_days(service)):
            own = _within(due, garage, territories, service.service_id)
            for row in _rows(garage, due, at[own.known[at]], service.service_id):
                first.setdefault(row[_VEHICLE], row)
    return list(first.values())


def _rows(garage: Garage, due: Due, at: NDArray[np.intp], service_id: str) -> list[_Row]:
    days = {int(day): date.fromordinal(EPOCH + int(day)) for day in np.unique(due.due[at])}
    vehicles = [garage.vehicles[one] for one in at.tolist()]
    columns = (column[at].tolist() for column in (due.due, due.source, due.confidence, due.triage))
    return [
        (v.customer_id, v.vehicle_id, service_id, days[day], SOURCES[source], confidence, TRIAGES[triage])
        for v, day, source, confidence, triage in zip(vehicles, *columns, strict=True)
    ]


def _named(rows: list[_Row], *, by_month: bool) -> list[Occasion]:
    """Give occasions their names, all at once."""
    cycles = {day: cycle_of(day, by_month=by_month) for day in {row[_DUE] for row in rows}}
    names = occasion_ids([(row[1], row[0], row[2], cycles[row[_DUE]]) for row in rows])
    return [Occasion(name, *row) for name, row in zip(names, rows, strict=True)]
