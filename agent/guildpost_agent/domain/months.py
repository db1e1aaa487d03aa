"""Months as the trade counts them: a due month is its first day, the deadline its last."""

from calendar import monthrange
from datetime import date
from functools import lru_cache


def first_of(day: date) -> date:
    """Give the first day of a day's month."""
    return day.replace(day=1)


@lru_cache(maxsize=4096)
def last_of(day: date) -> date:
    """Give the last day of a day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


@lru_cache(maxsize=16_384)
def add_months(day: date, months: int) -> date:
    """Move a day by whole months; a day the target month does not have becomes its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_between(earlier: date, later: date) -> int:
    """Count the calendar months from one month to another (negative when the second comes first)."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def month_number(day: date) -> int:
    """Count months through the years, so that they can be added like numbers."""
    return day.year * 12 + day.month - 1
