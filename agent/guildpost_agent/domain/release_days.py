"""The days on which letters are released: a rhythm of the dealer, moved past holidays."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from guildpost_agent.domain.working_days import is_working_day

# Periods count from a Monday, so that a fortnight means the same weeks on every machine.
_ANCHOR: Final = date(2024, 1, 1)
_WEEK: Final = 7
_LONGEST_DELAY: Final = 7


@dataclass(frozen=True)
class Rhythm:
    """Release on these weekdays (ISO, 1 = Monday) in the first week of every period of so many days."""

    weekdays: frozenset[int]
    every_days: int

    def holds(self, day: date) -> bool:
        """Say whether the rhythm names a day, holiday or not."""
        into_period = (day - _ANCHOR).days % self.every_days
        return day.isoweekday() in self.weekdays and into_period < _WEEK

    def between(self, start: date, end: date, states: frozenset[str]) -> Iterator[date]:
        """List the release days from ``start`` to ``end``; one on a holiday moves to the next working day."""
        last = None
        day = start - timedelta(days=_LONGEST_DELAY)
        while day <= end:
            if self.holds(day):
                release = day
                while not is_working_day(release, states):
                    release += timedelta(days=1)
                if start <= release <= end and release != last:
                    last = release
                    yield release
            day += timedelta(days=1)
