"""One skill's days in the workshop: its places, what is booked, and what can still be expected from each day on.

Visits are expected in fortnights, each beginning on a day and all of one length. What more fits into one is the room of
the tightest stretch around it, from the beginning of an earlier fortnight to the end of a later one (Hall's condition).
"""

from bisect import bisect_left
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from guildpost_agent.domain.working_days import is_holiday

PLACE: Final = 1_000_000
"""One place, in the millionths in which everything is counted."""
_DAY: Final = timedelta(days=1)
_STRETCH_DAYS: Final = 120
_Sums = tuple[NDArray[np.int64], NDArray[np.int64]]


@dataclass(frozen=True)
class Places:
    """A skill's places on each of its weekdays (ISO, 1 = Monday)."""

    per_day: int
    weekdays: frozenset[int] = frozenset({1, 2, 3, 4, 5})


class SkillDays:
    """One skill's days from a first one on; grows as far as it is asked for.

    Attributes:
        first: the first day.
        open: its days.
        quota: their places, in millionths.
        free: those that are not booked.
        left: those neither booked nor expected, every message spread evenly over the free places of its fortnight.
    """

    def __init__(
        self, places: Places, closed: Collection[date], states: frozenset[str], first: date, over_days: int
    ) -> None:
        self._places, self._closed, self._states = places, closed, states
        self._over, self._fortnight = over_days, timedelta(days=over_days)
        self._base = first - self._fortnight
        self._room, self._wanted = [0] * over_days, [0] * over_days
        self._sums: _Sums | None = None
        self._slack: list[int] | None = None
        self.first = self._end = first
        self.open: list[date] = []
        self.quota: list[int] = []
        self.free: list[int] = []
        self.left: list[int] = []

    def span(self, start: date, days: int) -> tuple[int, int]:
        """Give the positions of the skill's days among so many days from ``start`` on."""
        end = start + timedelta(days=days)
        if end > self._end:
            self._grow(end + timedelta(days=_STRETCH_DAYS))
        return bisect_left(self.open, start), bisect_left(self.open, end)

    def _grow(self, end: date) -> None:
        day = self._end
        while day < end:
            there = day.isoweekday() in self._places.weekdays and day not in self._closed
            self._room.append(0)
            self._wanted.append(0)
            if there and not is_holiday(day, self._states):
                self._room[-1] = self._places.per_day * PLACE
                self.open.append(day)
                self.quota.append(self._places.per_day * PLACE)
                self.free.append(self._places.per_day * PLACE)
                self.left.append(self._places.per_day * PLACE)
            day += _DAY
        self._end, self._slack, self._sums = end, None, None

    def book(self, day: date) -> None:
        """Take a place of a day, if it has any left."""
        first, end = self.span(day, 1)
        for at in range(first, end):
            self.free[at] = max(0, self.free[at] - PLACE)
            self.left[at] = max(0, self.left[at] - PLACE)
            self._room[(day - self._base).days], self._slack, self._sums = self.free[at], None, None

    def want(self, start: date, need: int) -> None:
        """Expect visits in the fortnight that begins on a day; one that is over is over."""
        if start >= self._base:
            self.cover(start)
            at = (start - self._base).days
            self._wanted[at] += need
            self._slack = None
            if self._sums is not None:
                until, since = self._sums
                until[at:] -= need
                since[at + 1 :] -= need

    def cover(self, start: date) -> None:
        """Grow so far that the fortnight that begins on a day is known."""
        if start + self._fortnight > self._end:
            self.span(start, self._over)

    def place(self, start: date) -> int:
        """Give the position of a start in ``now``; one that is over is where the first is."""
        return max(0, (start - self._base).days)

    def slack(self, start: date) -> int:
        """Say how much more can be expected in the fortnight that begins on a day."""
        self.cover(start)
        return self.now()[self.place(start)]

    def now(self) -> list[int]:
        """Give what can be expected more from each start; another list once anything was taken."""
        if self._slack is None:
            self._slack = self._slacks()
        return self._slack

    def _slacks(self) -> list[int]:
        """Give for each start the room of the tightest stretch, from an earlier fortnight to the end of a later one."""
        if self._sums is None:
            self._sums = self._summed()
        until, since = self._sums
        least = np.minimum.accumulate(until[::-1])[::-1] - np.maximum.accumulate(since)
        found: list[int] = least.tolist()
        return found

    def _summed(self) -> _Sums:
        """Give for each start the room up to its end without what is wanted up to it, and the same before it."""
        starts = len(self._room) - self._over + 1
        room = np.concatenate(([0], np.cumsum(np.array(self._room, np.int64))))
        wanted = np.concatenate(([0], np.cumsum(np.array(self._wanted[:starts], np.int64))))
        return room[self._over :] - wanted[1:], room[:starts] - wanted[:-1]
