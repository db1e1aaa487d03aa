"""The workshop's places by skill and day, and the visits that messages are expected to bring into them.

    places     a skill has so many places on each of its weekdays, none on holidays and closed days
    booked     an appointment takes a place of its service's skill on its day
    expected   a message is worth so many hundredths of a visit (by service and channel), on any of the skill's days of
               the fortnight in which its readers come
    full       the places not booked cannot take what is expected and one more message, however everybody is put on a
               day of their fortnight: it is not written then (by Hall's condition; as fortnights are equally long, it
               is enough to look at the days from the first of one fortnight to the last of another)

Figures are whole millionths of a place, so that sums come out the same in every order. A service without a skill of
its own, and one whose skill has no places of its own, needs the general places.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from operator import sub
from typing import Any, Final, Protocol, TypeVar

from guildpost_agent.domain.workshop_days import PLACE, Places, SkillDays

GENERAL: Final = "general"
_DAY: Final = timedelta(days=1)
_PERCENT: Final = PLACE // 100
# A week that is further off than half a year is no promise.
_SEEN_DAYS: Final = 182


class Met(Protocol):
    """A time at which a message could be met."""

    @property
    def met(self) -> date:
        """Give the local day."""
        ...


_Met = TypeVar("_Met", bound=Met)


def week_of(day: date) -> date:
    """Give the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True)
class Coming:
    """When those who were written to come: from so many days after the message is met, over so many days."""

    after_days: int = 3
    over_days: int = 14


@dataclass(frozen=True)
class Demand:
    """What a service's messages need.

    Attributes:
        skill: whose places; empty where the message asks for no visit.
        percent: visits in a hundred messages, by channel.
    """

    skill: str
    percent: Mapping[str, float]


Facts = dict[str, str | int | float | bool]
_Share = tuple[int, int, tuple[int, ...]]


class Room:
    """What one service's messages on one channel find in their skill."""

    def __init__(self, skill: str, days: SkillDays, need: int, coming: Coming) -> None:
        self.skill = skill
        self._days, self._need, self._coming = days, need, coming
        self._after = timedelta(days=coming.after_days)
        self._shares: dict[date, _Share] = {}
        self._found: dict[date, date | None] = {}
        self._kept: dict[int, tuple[Any, Any]] = {}
        self._kept_at: list[int] = []
        self._starts: dict[int, tuple[Any, list[int]]] = {}

    def keep(self, times: Sequence[_Met]) -> Sequence[_Met]:
        """Keep the times that fit; many customers share a list of times, which is looked through once for all."""
        if self._kept_at is not (now := self._days.now()):
            self._kept_at = now
            self._kept.clear()
        known = self._kept.get(id(times))
        if known is None or known[0] is not times:
            starts, need = self._starts_of(times), self._need
            now = self._days.now()
            known = self._kept[id(times)] = (
                times,
                [one for one, at in zip(times, starts, strict=True) if now[at] >= need],
            )
        found: Sequence[_Met] = known[1]
        return found

    def _starts_of(self, times: Sequence[_Met]) -> list[int]:
        """Give where in the skill's days the readers of each message begin to come; worked out once for a list."""
        known = self._starts.get(id(times))
        if known is None or known[0] is not times:
            days, starts = self._days, [one.met + self._after for one in times]
            days.cover(max(starts, default=days.first))
            known = self._starts[id(times)] = (times, [days.place(start) for start in starts])
        return known[1]

    def fits(self, met: date) -> bool:
        """Say whether the workshop could serve what one more message, met on a day, brings."""
        return self._days.slack(met + self._after) >= self._need

    def fullness(self, met: date) -> float:
        """Say how full the days are on which the readers of a message come: 0 nobody, 1 full."""
        first, end, _ = self._shares.get(met) or self._share(met)
        quota = sum(self._days.quota[first:end])
        return 1 - sum(self._days.left[first:end]) / quota if quota else 1.0

    def take(self, met: date) -> None:
        """Count one message, or what is still to come of it."""
        first, end, shares = self._share(met)
        left = self._days.left
        left[first:end] = map(sub, left[first:end], shares)
        self._days.want(met + self._after, self._still(met))

    def next_week(self, after: date) -> date | None:
        """Give the Monday of the first week with room for the visits of a message that is met later; None if far."""
        found = self._found.get(after, after)
        last = after + timedelta(days=_SEEN_DAYS)
        while found is not None and not self.fits(found):
            found = found + _DAY if found < last else None
        self._found[after] = found
        if found is None:
            return None
        first, end, shares = self._share(found)
        places = (at for at in range(first, end) if shares[at - first] and self._days.left[at] > 0)
        return week_of(self._days.open[next(places, first)])

    def _share(self, met: date) -> _Share:
        """Give the days on which the readers of a message come, and how much of it each one gets; nothing if full."""
        if met not in self._shares:
            first, end = self._days.span(met + timedelta(days=self._coming.after_days), self._coming.over_days)
            free, need = self._days.free[first:end], self._still(met)
            total = sum(free)
            shares = tuple(-(-need * one // total) for one in free) if total else ()
            self._shares[met] = (first, end if total else first, shares)
        return self._shares[met]

    def _still(self, met: date) -> int:
        """Say how much of a message is still to come."""
        gone = max(0, (self._days.first - met).days - self._coming.after_days)
        return self._need * max(0, self._coming.over_days - gone) // self._coming.over_days


@dataclass
class Workshop:
    """Places and expected visits; what is taken is never given back within one run.

    Attributes:
        places: by skill; without an entry a skill uses the general ones, which are unlimited without an entry.
        demands: by service; under the empty name, of services that are not known any more.
        states: whose holidays count.
        first: the first day that is still of interest.
        coming: when those who were written to come.
        closed: days on which the workshop rests.
    """

    places: Mapping[str, Places]
    demands: Mapping[str, Demand]
    states: frozenset[str]
    first: date
    coming: Coming = field(default_factory=Coming)
    closed: frozenset[date] = frozenset()
    _days: dict[str, SkillDays] = field(default_factory=dict, init=False, repr=False)
    _rooms: dict[tuple[str, str], Room | None] = field(default_factory=dict, init=False, repr=False)
    _refused: list[tuple[Facts, Room, date]] = field(default_factory=list, init=False, repr=False)
    _held: dict[str, set[str]] = field(default_factory=dict, init=False, repr=False)

    def room(self, service_id: str, channel: str) -> Room | None:
        """Give what a service's messages on a channel find; None where nothing limits them."""
        key = (service_id, channel)
        if key not in self._rooms:
            self._rooms[key] = self._room(*key)
        return self._rooms[key]

    def book(self, day: date, service_ids: Iterable[str]) -> None:
        """Count an appointment for services (or for nobody knows what): one place in each skill that it needs.

        All appointments are counted before the first message.
        """
        for skill in sorted({self._skill(self._wanted(one)) for one in service_ids or ("",)}):
            days = self._of(skill)
            if days is not None and day >= self.first:
                days.book(day)

    def take(self, message_id: str, service_id: str, channel: str, met: date) -> None:
        """Count one message."""
        room = self.room(service_id, channel)
        if room is not None:
            room.take(met)
            self._held.setdefault(message_id, set()).add(room.skill)

    def join(self, message_id: str, service_id: str, channel: str, met: date) -> bool:
        """Let a message carry a service along: its visits need that one's skill, too. Say whether there is room."""
        room = self.room(service_id, channel)
        if room is None or room.skill in self._held.get(message_id, ()):
            return True
        if not room.fits(met):
            return False
        self.take(message_id, service_id, channel, met)
        return True

    def carry(self, message_id: str, service_id: str, channel: str, met: date) -> None:
        """Count what a message carries along already."""
        room = self.room(service_id, channel)
        if room is not None and room.skill not in self._held.get(message_id, ()):
            self.take(message_id, service_id, channel, met)

    def refuse(self, room: Room, last: date) -> Facts:
        """Say that a skill is full up to messages met on a day; the week with room is added when all is planned."""
        facts: Facts = {"skill": room.skill}
        self._refused.append((facts, room, last))
        return facts

    def complete(self) -> None:
        """Name to everybody who was refused the first week that has room when everything is planned."""
        for facts, room, last in self._refused:
            week = room.next_week(last)
            if week is not None:
                facts["free_from"] = week.isoformat()
        self._refused.clear()

    def days(self, skill: str, first: date, count: int) -> Iterator[tuple[date, int, int]]:
        """Give a skill's days among so many, each with its places and what is left of them (millionths)."""
        found = self._of(self._skill(skill))
        if found is not None:
            start, end = found.span(first, count)
            yield from zip(found.open[start:end], found.quota[start:end], found.left[start:end], strict=True)

    def _wanted(self, service_id: str) -> str:
        demand = self._demand(service_id)
        return demand.skill if demand is not None and demand.skill else GENERAL

    def _skill(self, wanted: str) -> str:
        return wanted if wanted in self.places else GENERAL

    def _room(self, service_id: str, channel: str) -> Room | None:
        demand = self._demand(service_id)
        skill = self._skill(demand.skill if demand is not None else GENERAL)
        if demand is None or not demand.skill or skill not in self.places:
            return None
        return Room(skill, self._days_of(skill), round(demand.percent[channel] * _PERCENT), self.coming)

    def _demand(self, service_id: str) -> Demand | None:
        return self.demands.get(service_id) or self.demands.get("")

    def _of(self, skill: str) -> SkillDays | None:
        return self._days_of(skill) if skill in self.places else None

    def _days_of(self, skill: str) -> SkillDays:
        if skill not in self._days:
            self._days[skill] = SkillDays(
                self.places[skill], self.closed, self.states, self.first, self.coming.over_days
            )
        return self._days[skill]
