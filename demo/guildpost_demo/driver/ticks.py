"""The instants a demo replays: hourly 07–19 local on Monday to Saturday, and 05:00 every day for the night's work."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Europe/Berlin")
NIGHT_HOUR: Final = 5
DAY_HOURS: Final = tuple(range(7, 20))
SUNDAY: Final = 6


def at(day: date, hour: int) -> datetime:
    """Give a local full hour as an instant in UTC."""
    return datetime.combine(day, time(hour), ZONE).astimezone(UTC)


def hours_of(day: date) -> tuple[int, ...]:
    """List the local hours at which something may be due on a day."""
    return (NIGHT_HOUR,) if day.weekday() == SUNDAY else (NIGHT_HOUR, *DAY_HOURS)


def instants(start: date, weeks: int) -> Iterator[datetime]:
    """List the instants of a number of weeks, in order, in UTC."""
    for offset in range(weeks * 7):
        day = start + timedelta(days=offset)
        yield from (at(day, hour) for hour in hours_of(day))
