"""Days and months in columns: days since 1970-01-01, months since January 1970; both may be unknown."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

EPOCH: Final = date(1970, 1, 1).toordinal()
NEVER: Final = -(10**9)
"""An unknown day or month: before all others."""
_FIRST_YEAR: Final = 1800
_LAST_YEAR: Final = 2199

Bools = NDArray[np.bool_]
Days = NDArray[np.int64]
Months = NDArray[np.int64]
Numbers = NDArray[np.int64]


def day_column(days: Sequence[date | None]) -> Days:
    """Put days into a column."""
    return np.fromiter(map(_Numbers().__getitem__, days), np.int64, len(days))


class _Numbers(dict[date | None, int]):
    """Days as the columns count them; many rows share one."""

    def __missing__(self, day: date | None) -> int:
        """Count a day that is new."""
        found = self[day] = NEVER if day is None else day_number(day)
        return found


def day_number(day: date) -> int:
    """Count a day as the columns do."""
    return day.toordinal() - EPOCH


def month_of(day: date) -> int:
    """Count a month as the columns do."""
    return (day.year - 1970) * 12 + day.month - 1


def months_of(days: Days) -> Months:
    """Give the months of days."""
    unknown = days == NEVER
    return np.where(unknown, NEVER, _looked_up(np.where(unknown, 0, days), _calendar()[0], _count_months))


def years_of(months: Months) -> Numbers:
    """Give the years of months."""
    return np.where(months == NEVER, NEVER, 1970 + months // 12)


def first_days(months: Months) -> Days:
    """Give the first day of each month; none may be unknown."""
    return _looked_up(months, _calendar()[1], _count_days)


def _count_months(days: Days) -> Months:
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


def _count_days(months: Months) -> Days:
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


@cache
def _calendar() -> tuple[tuple[int, Months], tuple[int, Days]]:
    """Give the month of each day of four centuries, and the first day of each month, with where each begins."""
    first, last = date(_FIRST_YEAR, 1, 1), date(_LAST_YEAR, 12, 31)
    days = np.arange(day_number(first), day_number(last) + 1)
    months = np.arange(month_of(first), month_of(last) + 1)
    return (day_number(first), _count_months(days)), (month_of(first), _count_days(months))


def _looked_up(
    numbers: NDArray[np.int64], table: tuple[int, NDArray[np.int64]], count: Callable[[NDArray[np.int64]], Days]
) -> NDArray[np.int64]:
    """Look numbers up, which takes a tenth of counting; what lies beyond the table is counted."""
    first, found = table
    at = numbers - first
    inside = at.size and at.min() >= 0 and at.max() < found.size
    return found[at] if inside else count(numbers)


def last_days(months: Months) -> Days:
    """Give the last day of each month; none may be unknown."""
    return first_days(months + 1) - 1


def add_months(days: Days, months: Months | int) -> Days:
    """Move days by whole months; a day the target month does not have becomes its last day; unknown stays unknown."""
    unknown = days == NEVER
    safe = np.where(unknown, 0, days)
    start = months_of(safe)
    target = start + months
    into = safe - first_days(start)
    moved = np.minimum(first_days(target) + into, last_days(target))
    return np.where(unknown, NEVER, moved)
