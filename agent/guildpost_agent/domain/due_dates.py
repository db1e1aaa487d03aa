"""When a vehicle is due, where that comes from, and how far it can be trusted.

Periodic inspection (StVZO § 29: due in a month, the deadline is the month's last day; no backdating since July 2012,
the next period runs from the month actually inspected):

    1. the DMS names a month that is not over                  → that month                            trusted
       and an inspection here leads further ahead              → the inspection: the DMS was not told  trusted, doubted
    2. an inspection here, its interval not over               → its month + interval                  trusted
    3. the later of both is past                               → rolled on by the repeat interval      estimated
    4. only the first registration is known                    → + first interval, then rolled on      estimated

A month of the DMS further ahead than any inspection could have set it, or not after the first registration, counts
as not named. Where DMS and inspection here agree, confidence is higher; where they differ, lower. An inspection done
before the first one was due starts a repeat interval, except after rental use: a car that changed hands within seven
months of its first registration, inspected by then, gets the first interval once more (StVZO annex VIII).

Maintenance (months or kilometres, whichever comes first):

    1. the DMS names a day that is not over                    → that day                              trusted
    2. an inspection here, its interval not over               → by months                             trusted
       or, in both cases, by kilometres, if sooner             → the extrapolated day                  estimated
    3. a past day, a past interval, or the registration        → rolled on by months                   estimated

Each rolled cycle costs confidence. Stale means: two cycles or more without any visit meanwhile, or a day of the DMS
that passed unheeded by a vehicle that never was here.
"""

from datetime import date
from typing import Final

from guildpost_agent.domain.frozen import frozen
from guildpost_agent.domain.history import History
from guildpost_agent.domain.mileage import Mileage, day_of_km, estimate
from guildpost_agent.domain.months import add_months, end_of_month_number, month_number, months_between
from guildpost_agent.domain.records import Triage, Vehicle
from guildpost_shared.services.occasion_rules import HuRule, MaintenanceInterval

CONFIDENCE_AGREED: Final = 0.98
CONFIDENCE_DMS: Final = 0.95
CONFIDENCE_JOB: Final = 0.9
CONFIDENCE_DOUBTED: Final = 0.75
CONFIDENCE_REGISTRATION: Final = 0.6
CONFIDENCE_PER_CYCLE: Final = 0.6
STALE_CYCLES: Final = 2
# From the eighth week on being late costs a fine; a passed month is no oversight any more (StVZO § 29, BKat).
UNHEEDED_MONTHS: Final = 2
# StVZO annex VIII no. 2.2: a holder change within seven months of the first registration, after rental use.
EX_RENTAL_MONTHS: Final = 7
# Readings older than this halve the confidence of an extrapolation; this many readings give it in full.
READING_HALF_LIFE_DAYS: Final = 365.0
READINGS_FOR_FULL_CONFIDENCE: Final = 4
# An extrapolation overrules a day of the DMS only if it is at least so sure.
OVERRULING: Final = 0.3
SP_MONTHS: Final = 6
# A vehicle of unknown age counts as one of the last phase.
_OLD_MONTHS: Final = 600
_NO_MAINTENANCE: Final = "trailer"


@frozen
class DueDate:
    """The last day on which one may still come, where it comes from, and how far it can be trusted (0 … 1)."""

    due: date
    source: str
    confidence: float
    triage: Triage


@frozen
class _Rolled:
    """A date rolled on by so many cycles of so many months; ``passed`` is the day of the DMS that went by."""

    due: date
    cycles: int
    months: int
    source: str
    passed: date | None = None


_BASES: Final = {"rolled": CONFIDENCE_JOB, "registration": CONFIDENCE_REGISTRATION}


def _estimated(rolled: _Rolled, history: History, today: date) -> DueDate:
    """Judge a rolled date."""
    seen, passed = history.last_visit, rolled.passed
    stale = rolled.cycles >= STALE_CYCLES and (seen is None or seen < add_months(today, -STALE_CYCLES * rolled.months))
    if passed is not None and seen is None and not history.ever_invoiced:
        stale = stale or passed < add_months(today, -UNHEEDED_MONTHS)
    confidence = max(round(_BASES[rolled.source] * CONFIDENCE_PER_CYCLE**rolled.cycles, 4), 0.0001)
    return DueDate(rolled.due, rolled.source, confidence, Triage.STALE if stale else Triage.ESTIMATED)


class _HuCycle:
    """The inspection intervals of one vehicle, in counted months."""

    __slots__ = ("_class", "_handed_over", "_rule", "first", "registered")

    def __init__(self, vehicle: Vehicle, rule: HuRule) -> None:
        self._class, self._rule = vehicle.vehicle_class, rule
        self.registered = None if vehicle.first_registration is None else month_number(vehicle.first_registration)
        self.first = rule.interval_months(self._class, 0)
        self._handed_over = None if vehicle.keeper_since is None else month_number(vehicle.keeper_since)

    def after(self, month: int) -> int:
        """Say for how many months an inspection in a month holds."""
        if self.registered is None:
            return self._rule.interval_months(self._class, _OLD_MONTHS)
        age = max(0, month - self.registered)
        if age >= self.first:
            return self._rule.interval_months(self._class, age)
        return self.first if self._ex_rental(age) else self._rule.interval_months(self._class, self.first)

    def _ex_rental(self, age: int) -> bool:
        if self._handed_over is None or self.registered is None or age > EX_RENTAL_MONTHS:
            return False
        return 0 < self._handed_over - self.registered <= EX_RENTAL_MONTHS

    def latest(self, now: int) -> int:
        """Give the last month that an inspection done by now, or the first one to come, can be due."""
        longest = self.after(now) if self._class in self._rule.phases else self.first
        first = now if self.registered is None else self.registered + self.first
        return max(now + longest, now + self.first if self.registered is None else first)


def hu_interval_months(vehicle: Vehicle, rule: HuRule, day: date) -> int:
    """Say for how many months a HU done on a day holds."""
    return _HuCycle(vehicle, rule).after(month_number(day))


def hu_due(vehicle: Vehicle, history: History, rule: HuRule, today: date) -> DueDate | None:
    """Say when the periodic inspection is due; None when nothing at all is known."""
    cycle, now = _HuCycle(vehicle, rule), month_number(today)
    registered = cycle.registered
    known = None if vehicle.next_hu is None else month_number(vehicle.next_hu)
    if known is not None and (known > cycle.latest(now) or (registered is not None and known <= registered)):
        known = None
    here = None
    if history.last_hu is not None:
        inspected = month_number(history.last_hu)
        here = inspected + cycle.after(inspected)
    if (known is not None and known >= now) or (here is not None and here >= now):
        return _trusted(known, here, now)
    past = max((month for month in (known, here) if month is not None), default=None)
    if past is not None:
        passed = None if known is None else end_of_month_number(known)
        return _estimated(_roll_months(past, cycle, now, "rolled", passed), history, today)
    if registered is None:
        return None
    return _estimated(_roll_months(registered + cycle.first, cycle, now, "registration"), history, today)


def _trusted(known: int | None, here: int | None, now: int) -> DueDate:
    """Weigh a month of the DMS and one after an inspection here, of which one at least is not over."""
    if known is None or known < now or (here is not None and here > known):
        # An inspection here counts from its month; a DMS that still names an earlier month was not told of it.
        doubted = known is not None and known >= now
        month, source, sure = here or now, "job", CONFIDENCE_DOUBTED if doubted else CONFIDENCE_JOB
    else:
        month, source = known, "dms"
        sure = CONFIDENCE_DMS if here is None or here < now else CONFIDENCE_DOUBTED
        sure = CONFIDENCE_AGREED if here == known else sure
    return DueDate(end_of_month_number(month), source, sure, Triage.TRUSTED)


def _roll_months(month: int, cycle: _HuCycle, now: int, source: str, passed: date | None = None) -> _Rolled:
    cycles, months = 0, cycle.after(month)
    while month < now:
        months = cycle.after(month)
        month += months
        cycles += 1
    return _Rolled(end_of_month_number(month), cycles, months, source, passed)


def sp_due(vehicle: Vehicle, history: History, today: date, months: int = SP_MONTHS) -> DueDate | None:
    """Say when the safety check of a heavy vehicle is due (StVZO § 29 (2)); None without a month of the DMS.

    Nothing is worked out from the registration: when the checks begin depends on weights that exports do not hold.
    """
    if vehicle.next_sp is None:
        return None
    month, now, cycles = month_number(vehicle.next_sp), month_number(today), 0
    if month >= now:
        return DueDate(end_of_month_number(month), "dms", CONFIDENCE_DMS, Triage.TRUSTED)
    passed = end_of_month_number(month)
    while month < now:
        month, cycles = month + months, cycles + 1
    return _estimated(_Rolled(end_of_month_number(month), cycles, months, "rolled", passed), history, today)


def inspection_due(vehicle: Vehicle, history: History, interval: MaintenanceInterval, today: date) -> DueDate | None:
    """Say when maintenance is due; None when nothing is known or the vehicle has none (trailers)."""
    if vehicle.vehicle_class.startswith(_NO_MAINTENANCE):
        return None
    registered, named = vehicle.first_registration, vehicle.next_service
    if named is not None and registered is not None and named <= registered:
        named = None
    if named is not None and named >= today:
        by_time = DueDate(named, "dms", CONFIDENCE_DMS, Triage.TRUSTED)
        return _sooner(by_time, _by_km(vehicle, history, vehicle.next_service_km, today), OVERRULING)
    by_months = history.last_inspection and add_months(history.last_inspection, interval.months)
    if by_months is not None and by_months >= today:
        by_time = DueDate(by_months, "job", CONFIDENCE_JOB, Triage.TRUSTED)
        due_km = history.inspection_km + interval.km if history.inspection_km else vehicle.next_service_km
        return _sooner(by_time, _by_km(vehicle, history, due_km, today), 0.0)
    past = max((day for day in (named, by_months) if day is not None), default=None)
    if past is not None:
        return _estimated(_roll_days(past, interval.months, today, "rolled", named), history, today)
    if registered is None:
        return None
    start = add_months(registered, interval.months)
    return _estimated(_roll_days(start, interval.months, today, "registration"), history, today)


def rolled_on(start: date, months: int, history: History, today: date) -> DueDate:
    """Roll a past day on by whole intervals until it is not over, and judge what it is worth then."""
    return _estimated(_roll_days(start, months, today, "rolled"), history, today)


def _sooner(by_time: DueDate, by_km: DueDate | None, least: float) -> DueDate:
    """Take the extrapolated day if it comes first and is sure enough."""
    return by_km if by_km is not None and by_km.due < by_time.due and by_km.confidence >= least else by_time


def _roll_days(start: date, months: int, today: date, source: str, passed: date | None = None) -> _Rolled:
    cycles = max(0, -(-months_between(start, today) // months))
    while add_months(start, cycles * months) < today:
        cycles += 1
    while cycles and add_months(start, (cycles - 1) * months) >= today:
        cycles -= 1
    return _Rolled(add_months(start, cycles * months), cycles, months, source, passed)


def _by_km(vehicle: Vehicle, history: History, due_km: int | None, today: date) -> DueDate | None:
    if not due_km:
        return None
    readings = list(history.readings)
    if vehicle.mileage_km and vehicle.mileage_date:
        readings.append((vehicle.mileage_date, vehicle.mileage_km))
    mileage = estimate(readings, vehicle.fuel, vehicle.first_registration, vehicle.keeper_since)
    day = day_of_km(mileage, due_km)
    if day is None:
        return None
    confidence = max(round(_mileage_confidence(mileage, today), 4), 0.0001)
    return DueDate(max(day, today), "mileage", confidence, Triage.ESTIMATED)


def _mileage_confidence(mileage: Mileage, today: date) -> float:
    age = (today - mileage.last[0]).days if mileage.last else READING_HALF_LIFE_DAYS
    share = min(mileage.readings / READINGS_FOR_FULL_CONFIDENCE, 1.0)
    return float(CONFIDENCE_JOB * share * 0.5 ** (max(age, 0) / READING_HALF_LIFE_DAYS))
