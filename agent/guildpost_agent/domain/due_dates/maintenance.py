"""Maintenance: by months or kilometres, whichever comes first; see the package's page of rules."""

from datetime import date
from typing import Final

import numpy as np

from guildpost_agent.domain.columns import EPOCH, NEVER, Bools, Days, Months, Numbers, add_months, years_of
from guildpost_agent.domain.due_dates.rolling import Rolled, estimated, roll_days
from guildpost_agent.domain.due_dates.values import (
    CONFIDENCE_DMS,
    CONFIDENCE_JOB,
    DMS,
    ESTIMATED,
    JOB,
    LEAST_CONFIDENCE,
    MILEAGE,
    REGISTRATION,
    ROLLED,
    TRUSTED,
    Due,
)
from guildpost_agent.domain.due_dates.vehicles import Garage
from guildpost_agent.domain.history import History
from guildpost_agent.domain.mileage import Mileage, day_of_km, estimate
from guildpost_agent.domain.records import Vehicle
from guildpost_shared.services.occasion_rules import InspectionRule

# Readings older than this halve the confidence of an extrapolation; this many readings give it in full.
READING_HALF_LIFE_DAYS: Final = 365.0
READINGS_FOR_FULL_CONFIDENCE: Final = 4
# An extrapolation overrules a day of the DMS only if it is at least so sure.
OVERRULING: Final = 0.3
_NO_MAINTENANCE: Final = "trailer"


def inspection_dues(garage: Garage, rule: InspectionRule, today: int) -> Due:
    """Say when each vehicle is due for maintenance; trailers have none.

    Args:
        garage: the vehicles.
        rule: the maker's table.
        today: days since 1970-01-01.
    """
    months, kilometres = _intervals(garage, rule)
    served = garage.by_class(lambda name: not name.startswith(_NO_MAINTENANCE)) > 0
    registered, named = garage.registered, garage.named_service
    named = np.where((registered != NEVER) & (named <= registered), NEVER, named)
    by_months = add_months(garage.last_inspection, months)
    found = Due.unknown(len(garage))
    told, here = served & (named >= today), served & (named < today) & (by_months >= today)
    _put_sure(found, told, named, DMS, CONFIDENCE_DMS)
    _put_sure(found, here, by_months, JOB, CONFIDENCE_JOB)
    _sooner_by_km(found, garage, (told, here), kilometres, today)
    past = np.maximum(named, by_months)
    rest = served & ~told & ~here
    rolled, counted = rest & (past != NEVER), rest & (past == NEVER) & (registered != NEVER)
    _put_rolled(found, garage, rolled, (past, months, named, ROLLED), today)
    start = add_months(registered, months)
    _put_rolled(found, garage, counted, (start, months, named, REGISTRATION), today)
    return found


def _intervals(garage: Garage, rule: InspectionRule) -> tuple[Months, Numbers]:
    """Look each kind of vehicle up in the maker's table once."""
    models = [(one.make, one.model, one.fuel) for one in garage.vehicles]
    row_of = {model: row for row, model in enumerate(dict.fromkeys(models))}
    rows = np.fromiter(map(row_of.__getitem__, models), np.int64, len(models))
    years, of_year = np.unique(years_of(garage.registered_month), return_inverse=True)
    kinds, at = np.unique(rows * len(years) + of_year, return_inverse=True)
    names, known = list(row_of), [None if year == NEVER else year for year in years.tolist()]
    of_kind: list[list[int]] = np.stack(np.divmod(kinds, len(years)), axis=1).tolist()
    found = [rule.interval(*names[row], known[year]) for row, year in of_kind]
    return np.array([one.months for one in found], np.int64)[at], np.array([one.km for one in found], np.int64)[at]


def interval_months(garage: Garage, rule: InspectionRule) -> Months:
    """Say after how many months each vehicle's maintenance is due."""
    return _intervals(garage, rule)[0]


def _put_sure(found: Due, where: Bools, day: Days, source: int, confidence: float) -> None:
    found.known[where], found.due[where] = True, day[where]
    found.source[where], found.confidence[where], found.triage[where] = source, confidence, TRUSTED


def _put_rolled(found: Due, garage: Garage, where: Bools, start: tuple[Days, Months, Days, int], today: int) -> None:
    day, months, named, source = start
    due, cycles = roll_days(day[where], months[where], today)
    found.put(where, estimated(garage, where, Rolled(due, cycles, months[where], named[where]), source, today))


def _sooner_by_km(found: Due, garage: Garage, asked: tuple[Bools, Bools], kilometres: Numbers, today: int) -> None:
    """Take the extrapolated day where it comes first and is sure enough; asked only where kilometres are known."""
    told, here = asked
    for at in np.flatnonzero(told | here).tolist():
        vehicle, history = garage.vehicles[at], garage.histories[at]
        due_km = vehicle.next_service_km
        if here[at] and history.inspection_km:
            due_km = history.inspection_km + int(kilometres[at])
        by_km = _by_km(vehicle, history, due_km, today) if due_km else None
        if by_km is None or by_km[0] >= found.due[at] or by_km[1] < (OVERRULING if told[at] else 0.0):
            continue
        found.due[at], found.confidence[at] = by_km
        found.source[at], found.triage[at] = MILEAGE, ESTIMATED


def _by_km(vehicle: Vehicle, history: History, due_km: int, today: int) -> tuple[int, float] | None:
    """Extrapolate the day on which a vehicle reaches its kilometres, and say how sure that is."""
    readings = list(history.readings)
    if vehicle.mileage_km and vehicle.mileage_date:
        readings.append((vehicle.mileage_date, vehicle.mileage_km))
    mileage = estimate(readings, vehicle.fuel, vehicle.first_registration, vehicle.keeper_since)
    day = day_of_km(mileage, due_km)
    if day is None:
        return None
    sure = max(round(_mileage_confidence(mileage, date.fromordinal(EPOCH + today)), 4), LEAST_CONFIDENCE)
    return max(day.toordinal() - EPOCH, today), sure


def _mileage_confidence(mileage: Mileage, today: date) -> float:
    age = (today - mileage.last[0]).days if mileage.last else READING_HALF_LIFE_DAYS
    share = min(mileage.readings / READINGS_FOR_FULL_CONFIDENCE, 1.0)
    return float(CONFIDENCE_JOB * share * 0.5 ** (max(age, 0) / READING_HALF_LIFE_DAYS))
