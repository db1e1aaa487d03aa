"""When a vehicle is due, where that comes from, and how far it can be trusted.

Periodic inspection (StVZO § 29: due in a month, the deadline is the month's last day; no backdating since July 2012,
the next period runs from the month actually inspected):

    1. the DMS names a month that is not over                  → that month                            trusted
    2. an inspection here, its interval not over               → its month + interval                  trusted
    3. the later of both is past                               → rolled on by the repeat interval      estimated
    4. only the first registration is known                    → + first interval, then rolled on      estimated

Maintenance (months or kilometres, whichever comes first):

    1. the DMS names a day that is not over                    → that day                              trusted
    2. an inspection here, its interval not over               → by months                             trusted
                                                               → or by kilometres, if sooner           estimated
    3. a past day, a past interval, or the registration        → rolled on by months                   estimated

Each rolled cycle costs confidence; two cycles or more without any visit meanwhile mean stale.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from guildpost_agent.domain.history import History
from guildpost_agent.domain.mileage import Mileage, day_of_km, estimate
from guildpost_agent.domain.months import add_months, end_of_month_number, month_number, months_between
from guildpost_agent.domain.records import Triage, Vehicle
from guildpost_shared.services.occasion_rules import HuRule, MaintenanceInterval

CONFIDENCE_DMS: Final = 0.95
CONFIDENCE_JOB: Final = 0.9
CONFIDENCE_REGISTRATION: Final = 0.6
CONFIDENCE_PER_CYCLE: Final = 0.6
STALE_CYCLES: Final = 2
# Readings older than this halve the confidence of an extrapolation; this many readings give it in full.
READING_HALF_LIFE_DAYS: Final = 365.0
READINGS_FOR_FULL_CONFIDENCE: Final = 4
# A vehicle of unknown age counts as one of the last phase.
_OLD_MONTHS: Final = 600
_NO_MAINTENANCE: Final = "trailer"


@dataclass(frozen=True)
class DueDate:
    """The last day on which one may still come, where it comes from, and how far it can be trusted (0 … 1)."""

    due: date
    source: str
    confidence: float
    triage: Triage


@dataclass(frozen=True)
class _Rolled:
    due: date
    cycles: int
    months: int


def _estimated(rolled: _Rolled, source: str, base: float, history: History, today: date) -> DueDate:
    unseen = history.last_visit is None or history.last_visit < add_months(today, -STALE_CYCLES * rolled.months)
    stale = rolled.cycles >= STALE_CYCLES and unseen
    confidence = round(base * CONFIDENCE_PER_CYCLE**rolled.cycles, 4)
    return DueDate(rolled.due, source, confidence, Triage.STALE if stale else Triage.ESTIMATED)


def hu_interval_months(vehicle: Vehicle, rule: HuRule, day: date) -> int:
    """Say for how many months a HU done on a day holds."""
    registered = vehicle.first_registration
    age = _OLD_MONTHS if registered is None else max(0, months_between(registered, day))
    return rule.interval_months(vehicle.vehicle_class, age)


def hu_due(vehicle: Vehicle, history: History, rule: HuRule, today: date) -> DueDate | None:
    """Say when the periodic inspection is due; None when nothing at all is known."""
    registered = None if vehicle.first_registration is None else month_number(vehicle.first_registration)
    now = month_number(today)

    def months_at(month: int) -> int:
        age = _OLD_MONTHS if registered is None else max(0, month - registered)
        return rule.interval_months(vehicle.vehicle_class, age)

    def rolled(month: int, source: str, base: float) -> DueDate:
        cycles, months = 0, months_at(month)
        while month < now:
            months = months_at(month)
            month += months
            cycles += 1
        return _estimated(_Rolled(end_of_month_number(month), cycles, months), source, base, history, today)

    known = None if vehicle.next_hu is None else month_number(vehicle.next_hu)
    if known is not None and known >= now and (registered is None or known > registered):
        return DueDate(end_of_month_number(known), "dms", CONFIDENCE_DMS, Triage.TRUSTED)
    inspected = None if history.last_hu is None else month_number(history.last_hu)
    here = None if inspected is None else inspected + months_at(inspected)
    if here is not None and here >= now:
        return DueDate(end_of_month_number(here), "job", CONFIDENCE_JOB, Triage.TRUSTED)
    past = max((month for month in (known, here) if month is not None and month < now), default=None)
    if past is not None:
        return rolled(past, "rolled", CONFIDENCE_JOB)
    if registered is None:
        return None
    return rolled(registered + months_at(registered), "registration", CONFIDENCE_REGISTRATION)


def inspection_due(vehicle: Vehicle, history: History, interval: MaintenanceInterval, today: date) -> DueDate | None:
    """Say when maintenance is due; None when nothing is known or the vehicle has none (trailers)."""
    if vehicle.vehicle_class.startswith(_NO_MAINTENANCE):
        return None
    if vehicle.next_service is not None and vehicle.next_service >= today:
        return DueDate(vehicle.next_service, "dms", CONFIDENCE_DMS, Triage.TRUSTED)
    registered = vehicle.first_registration
    by_months = history.last_inspection and add_months(history.last_inspection, interval.months)
    if by_months is not None and by_months >= today:
        by_km = _by_km(vehicle, history, interval.km, today)
        if by_km is not None and by_km.due < by_months:
            return by_km
        return DueDate(by_months, "job", CONFIDENCE_JOB, Triage.TRUSTED)
    past = max((day for day in (vehicle.next_service, by_months) if day is not None), default=None)
    base = CONFIDENCE_JOB
    if past is None:
        if registered is None:
            return None
        past, base = add_months(registered, interval.months), CONFIDENCE_REGISTRATION
    source = "registration" if base == CONFIDENCE_REGISTRATION else "rolled"
    return _estimated(_roll_days(past, interval.months, today), source, base, history, today)


def _roll_days(start: date, months: int, today: date) -> _Rolled:
    cycles = max(0, -(-months_between(start, today) // months))
    while add_months(start, cycles * months) < today:
        cycles += 1
    while cycles and add_months(start, (cycles - 1) * months) >= today:
        cycles -= 1
    return _Rolled(add_months(start, cycles * months), cycles, months)


def _by_km(vehicle: Vehicle, history: History, interval_km: int, today: date) -> DueDate | None:
    if not history.inspection_km:
        return None
    readings = list(history.readings)
    if vehicle.mileage_km and vehicle.mileage_date:
        readings.append((vehicle.mileage_date, vehicle.mileage_km))
    mileage = estimate(readings, vehicle.fuel, vehicle.first_registration)
    day = day_of_km(mileage, history.inspection_km + interval_km)
    if day is None:
        return None
    return DueDate(max(day, today), "mileage", round(_mileage_confidence(mileage, today), 4), Triage.ESTIMATED)


def _mileage_confidence(mileage: Mileage, today: date) -> float:
    age = (today - mileage.last[0]).days if mileage.last else READING_HALF_LIFE_DAYS
    share = min(mileage.readings / READINGS_FOR_FULL_CONFIDENCE, 1.0)
    return float(CONFIDENCE_JOB * share * 0.5 ** (age / READING_HALF_LIFE_DAYS))
