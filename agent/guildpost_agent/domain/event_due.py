"""When something falls due that is no inspection: one function per rule of the catalogue (``event_rules``).

Each gives pairs of a vehicle and its due date within sight. Days that belong to a person (birthday, absence) are found
once for all records of that person, at the vehicle that was here last.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final, assert_never

import numpy as np
from dateutil.easter import easter

from guildpost_agent.domain import columns
from guildpost_agent.domain.columns import EPOCH, NEVER, Days, day_number
from guildpost_agent.domain.due_dates import DueDate, Garage, garage_of, rolled_on
from guildpost_agent.domain.months import add_months, last_of
from guildpost_agent.domain.records import Triage, Vehicle
from guildpost_agent.domain.subjects import Subjects
from guildpost_shared.services.event_rules import (
    AbsenceRule,
    AfterEventRule,
    AfterWorkRule,
    AnniversaryRule,
    ContractEndRule,
    Event,
    EventRule,
    ListRule,
    NoticeRule,
    SeasonDay,
    SeasonRule,
    VehicleDay,
    YearlyDay,
)

NOTICE: Final = "notice"
"""The list on which acute notices stand."""
SURE: Final = 0.95
COUNTED: Final = 0.6
# A table's frost moves a fixed day by no more than this; anything further is a table of another climate.
_MOST_SHIFT_DAYS: Final = 45
_LEAP_YEAR: Final = 2024
Due = tuple[Vehicle, DueDate]


@dataclass(frozen=True)
class Sight:
    """The days within which something is of interest, the first and the last included, and the dealer's local day."""

    first: date
    last: date
    today: date

    def holds(self, day: date) -> bool:
        """Say whether a day lies within."""
        return self.first <= day <= self.last


def event_due(rule: EventRule, service_id: str, subjects: Subjects, sight: Sight) -> Iterator[Due]:
    """Find what a rule makes due within sight.

    Args:
        rule: of the service.
        service_id: whose own work ``after_work`` and ``after_event`` look for.
        subjects: the dealer's vehicles.
        sight: the days of interest.
    """
    match rule:
        case ListRule() | NoticeRule():
            return _listed(rule.list_id if isinstance(rule, ListRule) else NOTICE, subjects, sight)
        case AfterWorkRule() | AfterEventRule():
            return _after_something(rule, service_id, subjects, sight)
        case _:
            return _by_calendar(rule, subjects, sight)


def _after_something(
    rule: AfterWorkRule | AfterEventRule, service_id: str, subjects: Subjects, sight: Sight
) -> Iterator[Due]:
    if isinstance(rule, AfterWorkRule):
        return _after_work(rule, service_id, subjects, sight)
    return _after_event(rule, service_id, subjects, sight)


def _by_calendar(
    rule: ContractEndRule | AnniversaryRule | SeasonRule | AbsenceRule, subjects: Subjects, sight: Sight
) -> Iterator[Due]:
    match rule:
        case ContractEndRule():
            return _contract_end(rule, subjects, sight)
        case AnniversaryRule():
            return _anniversary(rule, subjects, sight)
        case SeasonRule():
            return _season(rule, subjects, sight)
        case AbsenceRule():
            return _absence(rule, subjects, sight)
        case _:
            assert_never(rule)


def _trusted(day: date, source: str) -> DueDate:
    return DueDate(day, source, SURE, Triage.TRUSTED)


def _after_work(rule: AfterWorkRule, service_id: str, subjects: Subjects, sight: Sight) -> Iterator[Due]:
    passed: dict[str, date] = {}
    for vehicle_id, last in subjects.done(service_id):
        vehicle = subjects.by_id.get(vehicle_id)
        if vehicle is None:
            continue
        due = _in_season(add_months(last, rule.months), rule.season)
        if due < sight.today:
            passed[vehicle_id] = due
        elif sight.holds(due):
            yield vehicle, _trusted(due, "work")
    garage = garage_of([subjects.by_id[vehicle_id] for vehicle_id in passed], subjects.histories)
    rolled = rolled_on(garage, list(passed.values()), rule.months, sight.today)
    for vehicle, found in zip(garage.vehicles, rolled, strict=True):
        due = _in_season(found.due, rule.season)
        if sight.holds(due):
            yield vehicle, DueDate(due, found.source, found.confidence, found.triage)


def _in_season(day: date, months: tuple[int, ...]) -> date:
    """Move a day that lies outside the months to the end of the next of them."""
    if not months or day.month in months:
        return day
    ahead = min((month - day.month) % 12 for month in months)
    return last_of(add_months(day.replace(day=1), ahead))


def _contract_end(rule: ContractEndRule, subjects: Subjects, sight: Sight) -> Iterator[Due]:
    garage = subjects.garage
    due = _days_of(garage, rule.field)
    told = due != NEVER
    for fallback in rule.fallbacks:
        due = np.where(due == NEVER, columns.add_months(_days_of(garage, fallback.field), fallback.months), due)
    for at in _seen(due, sight):
        day = date.fromordinal(EPOCH + int(due[at]))
        counted = DueDate(day, "counted", COUNTED, Triage.ESTIMATED)
        yield garage.vehicles[at], _trusted(day, "contract") if told[at] else counted


def _seen(due: Days, sight: Sight) -> list[int]:
    """List the positions of the days within sight."""
    found: list[int] = np.flatnonzero((due >= day_number(sight.first)) & (due <= day_number(sight.last))).tolist()
    return found


def _days_of(garage: Garage, field: VehicleDay) -> Days:
    match field:
        case VehicleDay.WARRANTY_END:
            return garage.warranty_end
        case VehicleDay.LEASE_END:
            return garage.lease_end
        case VehicleDay.DELIVERED_ON:
            return garage.delivered
        case VehicleDay.FIRST_REGISTRATION:
            return garage.registered
        case _:
            assert_never(field)


def _returning(day: date, today: date) -> date:
    """Give a yearly day's next return; 29 February comes back on the 28th."""
    found = add_months(day, 12 * (today.year - day.year))
    return found if found >= today else add_months(day, 12 * (today.year - day.year + 1))


class _Returns:
    """The yearly days of which somebody asked when they return within sight; each is worked out once."""

    def __init__(self, sight: Sight) -> None:
        self._sight = sight
        self._known: dict[tuple[int, int], date | None] = {}

    @cached_property
    def seen(self) -> frozenset[tuple[int, int]]:
        """The months and days that return within sight."""
        every = (date(_LEAP_YEAR, 1, 1) + timedelta(days=number) for number in range(366))
        return frozenset((day.month, day.day) for day in every if self.of(day) is not None)

    def of(self, day: date) -> date | None:
        """Give the next return, or None if it lies out of sight."""
        key = (day.month, day.day)
        if key not in self._known:
            found = _returning(day, self._sight.today)
            self._known[key] = found if self._sight.holds(found) else None
        return self._known[key]


def _anniversary(rule: AnniversaryRule, subjects: Subjects, sight: Sight) -> Iterator[Due]:
    returns = _Returns(sight)
    if rule.field is not YearlyDay.BIRTH_DATE:
        garage = subjects.garage
        for at in np.flatnonzero(garage.delivered != NEVER).tolist():
            vehicle, delivered = garage.vehicles[at], date.fromordinal(EPOCH + int(garage.delivered[at]))
            due = returns.of(delivered)
            if due is not None and due > delivered:
                yield vehicle, _trusted(due, "purchase")
        return
    yield from _birthdays(subjects, returns)


def _birthdays(subjects: Subjects, returns: _Returns) -> Iterator[Due]:
    """Find each person's birthday at the first vehicle whose record names one; most have none within sight."""
    customers, persons, seen = subjects.customers, subjects.persons, returns.seen
    near = [
        one.customer_id
        for one in customers.values()
        if (born := one.birth_date) is not None and (born.month, born.day) in seen
    ]
    for person in dict.fromkeys(persons.get(customer_id, customer_id) for customer_id in near):
        for vehicle in subjects.by_person.get(person, ()):
            customer = customers.get(vehicle.customer_id)
            if customer is not None and customer.birth_date is not None:
                due = returns.of(customer.birth_date)
                if due is not None:
                    yield vehicle, _trusted(due, "birthday")
                break


def _season(rule: SeasonRule, subjects: Subjects, sight: Sight) -> Iterator[Due]:
    fixed = min(_next_day(day, sight.today) for day in rule.days)
    everywhere, frost = _trusted(fixed, "calendar"), any(day.with_frost for day in rule.days)
    if not frost and not sight.holds(fixed):
        return
    by_postcode: dict[str, DueDate] = {}
    for vehicle in subjects.looked_after(sight.today):
        customer = subjects.customers.get(vehicle.customer_id) if frost else None
        found = everywhere if customer is None else by_postcode.get(customer.postcode)
        if found is None and customer is not None:
            due = min(_next_day(day, sight.today, customer.postcode, subjects) for day in rule.days)
            found = by_postcode[customer.postcode] = everywhere if due == fixed else _trusted(due, "frost")
        if found is not None and sight.holds(found.due):
            yield vehicle, found


def _next_day(day: SeasonDay, today: date, postcode: str = "", subjects: Subjects | None = None) -> date:
    """Give the next return of a season's day, at a place where one is given."""
    for year in range(today.year, today.year + 3):
        found = easter(year) + timedelta(days=day.easter_offset or 0)
        if day.month is not None and day.day is not None:
            found = add_months(date(2000, day.month, day.day), 12 * (year - 2000))
        frost = subjects.first_frost(postcode, year) if subjects is not None and day.with_frost else None
        if frost is not None and abs((frost - found).days) <= _MOST_SHIFT_DAYS:
            found = frost
        if found >= today:
            return found
    raise ValueError(day.season_id)


def _listed(list_id: str, subjects: Subjects, sight: Sight) -> Iterator[Due]:
    for vehicle_id, entered in subjects.listed.get(list_id, {}).items():
        vehicle = subjects.by_id.get(vehicle_id)
        if vehicle is not None and sight.holds(entered):
            yield vehicle, _trusted(entered, "list")


def _after_event(rule: AfterEventRule, service_id: str, subjects: Subjects, sight: Sight) -> Iterator[Due]:
    if rule.event is Event.DELIVERY:
        garage = subjects.garage
        for days in rule.days:
            due = garage.delivered + days
            for at in _seen(due, sight):
                yield garage.vehicles[at], _trusted(date.fromordinal(EPOCH + int(due[at])), rule.event.value)
        return
    told = _days_of_event(rule.event, subjects, service_id)
    for days in rule.days:
        first, last = sight.first - timedelta(days=days), sight.last - timedelta(days=days)
        for vehicle_id, day in told:
            vehicle = subjects.by_id.get(vehicle_id) if first <= day <= last else None
            # What an earlier keeper had done, or declined, is nobody's here.
            if vehicle is not None and (vehicle.keeper_since is None or vehicle.keeper_since <= day):
                yield vehicle, _trusted(day + timedelta(days=days), rule.event.value)


def _days_of_event(event: Event, subjects: Subjects, service_id: str) -> Sequence[tuple[str, date]]:
    """List by vehicle when something last happened."""
    histories = subjects.histories.items()
    match event:
        case Event.DECLINED:
            return [(one, day) for one, history in histories if (day := history.declined) is not None]
        case Event.VISIT:
            return [(one, day) for one, history in histories if (day := history.last_visit) is not None]
        case _:
            return subjects.done(service_id)


def _absence(rule: AbsenceRule, subjects: Subjects, sight: Sight) -> Iterator[Due]:
    seen: dict[date, list[DueDate]] = {}
    for person, last in subjects.last_seen.items():
        if last not in seen:
            dues = (add_months(last, months) for months in rule.months)
            seen[last] = [_trusted(due, "absence") for due in dues if sight.holds(due)]
        vehicles = subjects.by_person.get(person) if seen[last] else None
        if vehicles:
            yield from ((vehicles[0], due) for due in seen[last])
