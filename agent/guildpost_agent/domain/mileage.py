"""How far a vehicle goes in a year: Theil–Sen over its readings, shrunk towards what such cars do.

readings   (day, km) from job cards; zero, falling values and jumps over 400 km a day are dropped
rate       the median of all slopes between readings at least 60 days apart, of the last 36 months
shrunk     (n · rate + 2 · prior) / (n + 2) with n slopes; clipped to 2,000 … 60,000 km a year
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
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

Reading = tuple[date, int]


@dataclass(frozen=True)
class Mileage:
    """A yearly mileage in km, how many readings it rests on, and the last of them."""

    km_per_year: float
    readings: int
    last: Reading | None


def clean(readings: Sequence[Reading]) -> list[Reading]:
    """Sort readings by day and drop what a car cannot do."""
    kept: list[Reading] = []
    for day, km in sorted(set(readings)):
        if km <= 0:
            continue
        if kept:
            days = (day - kept[-1][0]).days
            gain = km - kept[-1][1]
            if gain < 0 or days == 0 or gain > MOST_KM_PER_DAY * days:
                continue
        kept.append((day, km))
    return kept


def prior(fuel: str) -> float:
    """Give what such a car does in a year, in km."""
    return PRIOR_KM_BY_FUEL.get(fuel, PRIOR_KM)


def estimate(readings: Sequence[Reading], fuel: str, first_registration: date | None) -> Mileage:
    """Estimate a vehicle's yearly mileage.

    Args:
        readings: days and km, in any order, uncleaned.
        fuel: decides the prior.
        first_registration: lets a single reading speak.
    """
    kept = clean(readings)
    last = kept[-1] if kept else None
    slopes = _slopes(kept)
    if not slopes and last and first_registration:
        days = (last[0] - first_registration).days
        slopes = [last[1] / days] if days >= SHORTEST_SPAN_DAYS else []
    rate = median(slopes) * DAYS_PER_YEAR if slopes else 0.0
    shrunk = (len(slopes) * rate + PRIOR_WEIGHT * prior(fuel)) / (len(slopes) + PRIOR_WEIGHT)
    return Mileage(min(max(shrunk, LEAST_KM), MOST_KM), len(kept), last)


def _slopes(kept: list[Reading]) -> list[float]:
    recent = [reading for reading in kept if reading[0] >= kept[-1][0] - timedelta(days=MEMORY_DAYS)]
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
    return day + timedelta(days=round((km - reading) / mileage.km_per_year * DAYS_PER_YEAR))
