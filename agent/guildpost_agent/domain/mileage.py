"""How far a vehicle goes in a year: Theil–Sen over its readings, shrunk towards what such cars do.

readings   (day, km) from job cards; zero, falling values and jumps over 400 km a day are dropped: what stays is the
           longest row of readings that one car can have shown
rate       the median of all slopes between readings at least 60 days apart, of the last 36 months and, if one is
           known, since the present keeper has it; one reading speaks through the car's age if the keeper never changed
shrunk     (n · rate + 2 · prior) / (n + 2) with n slopes; clipped to 2,000 … 60,000 km a year
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median
from typing import Final

DAYS_PER_YEAR: Final = 365.25
# Average yearly mileage in Germany: DAT-Report 2021, 13,180 km over all fuels, 16,430 km diesel.
PRIOR_KM: Final = 13_000.0
PRIOR_KM_BY_FUEL: Final = {"diesel": 16_400.0}
PRIOR_WEIGHT: Final = 2
MOST_KM_PER_DAY: Final = 400.0
SHORTEST_SPAN_DAYS: Final = 60
MEMORY_DAYS: Final = 1096
LEAST_KM: Final = 2_000.0
MOST_KM: Final = 60_000.0
# A keeper entered so soon after the first registration is the first one: papers take their time.
FIRST_KEEPER_DAYS: Final = 31
# Only so many contradicting readings are weighed against one another; cars have fewer.
MOST_READINGS: Final = 200

Reading = tuple[date, int]


@dataclass(frozen=True)
class Mileage:
    """A yearly mileage in km, how many readings it rests on, and the last of them."""

    km_per_year: float
    readings: int
    last: Reading | None


def _possible(earlier: Reading, later: Reading) -> bool:
    """Say whether a car can show two readings one after the other."""
    days, gain = (later[0] - earlier[0]).days, later[1] - earlier[1]
    return days > 0 and 0 <= gain <= MOST_KM_PER_DAY * days


def clean(readings: Sequence[Reading]) -> list[Reading]:
    """Sort readings by day and drop what a car cannot do.

    One wild reading, also the first, costs only itself; of two that exclude each other the earlier one stays.
    """
    ordered = sorted({reading for reading in readings if reading[1] > 0})
    if all(_possible(*pair) for pair in pairwise(ordered)):
        return ordered
    ordered = ordered[-MOST_READINGS:]
    lengths, before = [1] * len(ordered), [-1] * len(ordered)
    for late, later in enumerate(ordered):
        for early in range(late):
            if lengths[early] >= lengths[late] and _possible(ordered[early], later):
                lengths[late], before[late] = lengths[early] + 1, early
    at = lengths.index(max(lengths))
    kept: list[Reading] = []
    while at >= 0:
        kept.append(ordered[at])
        at = before[at]
    return kept[::-1]


def prior(fuel: str) -> float:
    """Give what such a car does in a year, in km."""
    return PRIOR_KM_BY_FUEL.get(fuel, PRIOR_KM)


def estimate(
    readings: Sequence[Reading], fuel: str, first_registration: date | None, keeper_since: date | None = None
) -> Mileage:
    """Estimate a vehicle's yearly mileage.

    Args:
        readings: days and km, in any order, uncleaned.
        fuel: decides the prior.
        first_registration: lets a single reading speak.
        keeper_since: the day of the last change of keeper; None means that none is known.
    """
    kept = clean(readings)
    last = kept[-1] if kept else None
    slopes = _slopes(kept, keeper_since)
    if not slopes and last and first_registration and not _changed_hands(first_registration, keeper_since):
        days = (last[0] - first_registration).days
        slopes = [last[1] / days] if days >= SHORTEST_SPAN_DAYS else []
    rate = median(slopes) * DAYS_PER_YEAR if slopes else 0.0
    shrunk = (len(slopes) * rate + PRIOR_WEIGHT * prior(fuel)) / (len(slopes) + PRIOR_WEIGHT)
    return Mileage(min(max(shrunk, LEAST_KM), MOST_KM), len(kept), last)


def _changed_hands(first_registration: date, keeper_since: date | None) -> bool:
    return keeper_since is not None and (keeper_since - first_registration).days > FIRST_KEEPER_DAYS


def _slopes(kept: list[Reading], keeper_since: date | None) -> list[float]:
    if len(kept) < 2:  # noqa: PLR2004 — a slope lies between two readings
        return []
    since = max(kept[-1][0] - timedelta(days=MEMORY_DAYS), keeper_since or date.min)
    recent = [reading for reading in kept if reading[0] >= since]
    return [
        (later[1] - earlier[1]) / (later[0] - earlier[0]).days
        for index, earlier in enumerate(recent)
        for later in recent[index + 1 :]
        if (later[0] - earlier[0]).days >= SHORTEST_SPAN_DAYS
    ]


def day_of_km(mileage: Mileage, km: int) -> date | None:
    """Say when the vehicle will probably reach a mileage; None without any reading."""
    if mileage.last is None:
        return None
    day, reading = mileage.last
    days = round((km - reading) / mileage.km_per_year * DAYS_PER_YEAR)
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))
