"""When a dealer may write, and when post moves: holidays, quiet hours, working days, local time.

e-mail   07–20 h, Monday to Saturday, local time; never on Sundays, on public holidays of the dealer's or the
         recipient's state, on 24 and 31 December
letters  released and carried Monday to Friday, except on such days
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

FIRST_HOUR: Final = 7
END_HOUR: Final = 20
SATURDAY: Final = 5
SUNDAY: Final = 6
# Delivery of a letter: the fourth working day after it is handed over.
LETTER_WORKING_DAYS: Final = 4
_SOME_YEAR: Final = 2027


def load_holidays() -> None:
    """Load the table of holidays, which takes a quarter of a second, before a transaction has to wait for it."""
    _closed(_SOME_YEAR, frozenset())


@lru_cache(maxsize=256)
def _closed(year: int, states: frozenset[str]) -> frozenset[date]:
    # The table of holidays loads only in the process that plans or sends, so that an idle agent stays small.
    from holidays import country_holidays  # noqa: PLC0415 — see above

    # Holidays that hold in parts of a state only (Catholic municipalities) count for all of it: the quiet side.
    kinds = ("public", "catholic")
    days = {date(year, 12, 24), date(year, 12, 31), *country_holidays("DE", years=year)}
    for state in states:
        days.update(country_holidays("DE", subdiv=state, years=year, categories=kinds))
    return frozenset(days)


def is_holiday(day: date, states: frozenset[str]) -> bool:
    """Say whether a day is a public holiday in any of the states, or 24 or 31 December."""
    return day in _closed(day.year, states)


def may_mail_on(day: date, states: frozenset[str]) -> bool:
    """Say whether e-mail may go out on a local day at all."""
    return day.weekday() != SUNDAY and not is_holiday(day, states)


def is_quiet(at: datetime, zone: ZoneInfo, states: frozenset[str]) -> bool:
    """Say whether e-mail has to rest at an instant.

    Args:
        at: an aware instant.
        zone: the dealer's time zone.
        states: the dealer's state, and the recipient's where one recipient is meant.
    """
    local = at.astimezone(zone)
    return not (FIRST_HOUR <= local.hour < END_HOUR and may_mail_on(local.date(), states))


def is_working_day(day: date, states: frozenset[str]) -> bool:
    """Say whether post is released and carried on a day."""
    return day.weekday() < SATURDAY and not is_holiday(day, states)


def add_working_days(day: date, count: int, states: frozenset[str]) -> date:
    """Move a day on by working days (back, when the count is negative)."""
    step = timedelta(days=1 if count >= 0 else -1)
    left = abs(count)
    while left:
        day += step
        left -= is_working_day(day, states)
    return day


@lru_cache(maxsize=4_096)
def to_utc(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """Give the instant of a full local hour; one that summer time skips is the next, a doubled one the first."""
    local = datetime.combine(day, time(hour), tzinfo=zone)
    return local.astimezone(UTC)


def day_end(day: date, zone: ZoneInfo) -> datetime:
    """Give the first instant after a local day."""
    return to_utc(day + timedelta(days=1), 0, zone)
