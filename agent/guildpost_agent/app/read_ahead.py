"""The questions of writing and checking messages, answered for a whole group of messages by a fixed number of readings.

A ``Reading`` that looks like the transaction it belongs to. The first question of a kind reads the answers for
everybody in the group; who lies outside of it is read when somebody asks. It is used inside one transaction: where
that only reads, it sees one snapshot; where it claims, it alone may write, so that what was read holds until it ends,
but for the moves of the group's own messages, of which it is told (``moved``). It may go on in a later transaction
(``go_on``) where nothing else was written in between; ``kept_reading`` knows when.

    reading = ReadAhead(uow, ["t1", "t2"])
    recheck(reading, touchpoint)
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final, Generic, TypeVar

from guildpost_agent.app.dealership import SUPPRESSION_KEY
from guildpost_agent.app.ports.reading import VehicleLists
from guildpost_agent.app.ports.unit_of_work import OutboxJob, UnitOfWork
from guildpost_agent.domain.call_tasks import CallTask
from guildpost_agent.domain.consent.book import ConsentBook
from guildpost_agent.domain.consent.events import ConsentEvent
from guildpost_agent.domain.consent.state import ConsentState
from guildpost_agent.domain.holds import Hold, weightiest
from guildpost_agent.domain.outbox import State
from guildpost_agent.domain.records import Appointment, Channel, Job, Touchpoint
from guildpost_agent.domain.suppression import DEAD_ADDRESS, DECEASED, suppression_entries

_Value = TypeVar("_Value")
_Keys = Callable[[], Iterable[str]]
_APART_DAYS: Final = 90
"""Labour lines are read from so many days before the day that is asked for; another message may ask for an earlier."""


class Ahead(Generic[_Value]):
    """Answers by key: the first question reads them for the whole group, a later one only what is still missing."""

    def __init__(self, group: _Keys, read: Callable[[Collection[str]], Mapping[str, _Value]]) -> None:
        self._group = group
        self._read = read
        self.known: dict[str, _Value | None] = {}

    def __call__(self, key: str) -> _Value | None:
        """Give the answer; None where there is none."""
        if key not in self.known:
            wanted = sorted({key, *self._group()} - self.known.keys())
            found = self._read(wanted)
            self.known.update((one, found.get(one)) for one in wanted)
        return self.known[key]


@dataclass
class _Transaction:
    """In which missing answers are read."""

    uow: UnitOfWork

    def records_of_each(self, customer_ids: Collection[str]) -> dict[str, list[str]]:
        return self.uow.people.records_of_each(customer_ids)

    def housemates_of_each(self, customer_ids: Collection[str]) -> dict[str, list[str]]:
        return self.uow.people.housemates_of_each(customer_ids)


class ReadAhead:
    """A ``Reading`` for the messages of some touchpoints."""

    def __init__(self, uow: UnitOfWork, touchpoint_ids: Collection[str]) -> None:
        ids = self._ids = list(touchpoint_ids)
        at = self._at = _Transaction(uow)
        self.documents = _Documents(at)
        self.people = _People(at, self._customers)
        self.records = _Records(at, self._customers, self._vehicles)
        self.plans = _Plans(at, ids, self._occasions, self.people.all_housemates)
        self.outbox = _Outbox(at, lambda: (*ids, *self.plans.met()))
        self.consents = _Consents(at, self.people.all_records)
        self.suppressions = _Suppressions(at, self._entries)
        self.rights = _Rights(at, self._customers)
        self.calls = _Calls(at, self.people.all_housemates)
        self.holds = _Holds(at, self.people)

    @property
    def lists(self) -> VehicleLists:
        """The dealer's lists of vehicles; each is read when somebody asks."""
        return self._at.uow.lists

    def go_on(self, uow: UnitOfWork) -> None:
        """Belong to another transaction, which sees what the last one left."""
        self._at.uow = uow

    def moved(self, touchpoint_id: str, job_state: str, touchpoint_state: str, at: datetime, response: str) -> None:
        """Know what this transaction made of a message; an empty response leaves the stored one."""
        self.outbox.moved(touchpoint_id, job_state, at, response)
        self.plans.moved(touchpoint_id, touchpoint_state)
        customer_id = self.plans.customer_of(touchpoint_id)
        if customer_id is not None:
            self.consents.used(customer_id)

    def on_the_way(self) -> list[str]:
        """Name the touchpoints whose mails were claimed, and of which nothing was heard yet."""
        return self.outbox.in_state(State.SENDING)

    @cached_property
    def _touchpoints(self) -> list[Touchpoint]:
        """The group's, in whatever state they were first met: whom and what they are about never changes."""
        found = (self.plans.touchpoint(one) for one in self._ids)
        return [touchpoint for touchpoint in found if touchpoint is not None]

    def _customers(self) -> set[str]:
        return {touchpoint.customer_id for touchpoint in self._touchpoints}

    def _occasions(self) -> set[str]:
        return {one for touchpoint in self._touchpoints for one in (touchpoint.occasion_id, *touchpoint.bundled)}

    def _vehicles(self) -> set[str]:
        return {touchpoint.vehicle_id for touchpoint in self._touchpoints}

    def _entries(self) -> set[str]:
        """Give the entries of the suppression list by which the group's messages would be kept back."""
        key, entries = self.documents.get(SUPPRESSION_KEY), set[str]()
        for touchpoint in self._touchpoints if key else ():
            customer, marks = self.records.customer(touchpoint.customer_id), [DECEASED, touchpoint.channel.value]
            if touchpoint.channel is Channel.LETTER:
                marks.append(DEAD_ADDRESS)
            if customer is not None and key is not None:
                entries.update(entry for mark in marks for entry in suppression_entries(key, customer, mark))
        return entries


class _Documents:
    def __init__(self, at: _Transaction) -> None:
        self._at = at
        self._known: dict[str, bytes | None] = {}

    def get(self, name: str) -> bytes | None:
        if name not in self._known:
            self._known[name] = self._at.uow.documents.get(name)
        return self._known[name]


class _People:
    def __init__(self, at: _Transaction, customers: _Keys) -> None:
        self._customers = customers
        self._records = Ahead(customers, at.records_of_each)
        self._housemates = Ahead(customers, at.housemates_of_each)

    def records_of(self, customer_id: str) -> list[str]:
        return self._records(customer_id) or [customer_id]

    def housemates(self, customer_id: str) -> list[str]:
        return self._housemates(customer_id) or [customer_id]

    def all_records(self) -> set[str]:
        return {record for one in self._customers() for record in (one, *self.records_of(one))}

    def all_housemates(self) -> set[str]:
        return {record for one in self._customers() for record in (one, *self.housemates(one))}


class _Records:
    def __init__(self, at: _Transaction, customers: _Keys, vehicles: _Keys) -> None:
        self._at = at
        self.customer = Ahead(customers, lambda ids: _by("customer_id", at.uow.records.customers_of(ids)))
        self.vehicle = Ahead(vehicles, lambda ids: _by("vehicle_id", at.uow.records.vehicles_of(ids)))
        self._vehicles = vehicles
        self._since = date.max
        self._jobs = self._jobs_since(date.max)
        self._appointments = Ahead(
            vehicles, lambda ids: _grouped("vehicle_id", at.uow.records.appointments_of_vehicles(ids))
        )

    def appointments_without_vehicle(self, customer_id: str) -> list[Appointment]:
        return self._at.uow.records.appointments_without_vehicle(customer_id)

    def jobs_of(self, vehicle_id: str, since: date = date.min) -> list[Job]:
        if since < self._since:  # a group's due dates lie near one another: read once for all of them, or twice
            self._since = date.fromordinal(max(date.min.toordinal(), since.toordinal() - _APART_DAYS))
            self._jobs = self._jobs_since(self._since)
        return [job for job in self._jobs(vehicle_id) or () if job.order_date >= since]

    def _jobs_since(self, since: date) -> Ahead[list[Job]]:
        return Ahead(
            self._vehicles,
            lambda ids: _grouped("vehicle_id", self._at.uow.records.jobs_of_vehicles(ids, since)),
        )

    def appointments_of(self, vehicle_id: str) -> list[Appointment]:
        return self._appointments(vehicle_id) or []


class _Plans:
    def __init__(self, at: _Transaction, ids: Collection[str], occasions: _Keys, housemates: _Keys) -> None:
        self.occasion = Ahead(occasions, lambda some: _by("occasion_id", at.uow.plans.some_occasions(some)))
        self._touchpoint = Ahead(lambda: ids, lambda some: _by("touchpoint_id", at.uow.plans.some_touchpoints(some)))
        self._theirs = Ahead(housemates, lambda some: _grouped("customer_id", at.uow.plans.touchpoints_of_all(some)))
        self._moved: dict[str, str] = {}

    def touchpoint(self, touchpoint_id: str) -> Touchpoint | None:
        touchpoint = self._touchpoint(touchpoint_id)
        return None if touchpoint is None else self._now(touchpoint)

    def customer_of(self, touchpoint_id: str) -> str | None:
        touchpoint = self._touchpoint(touchpoint_id)
        return None if touchpoint is None else touchpoint.customer_id

    def touchpoints_of(self, customer_id: str) -> list[Touchpoint]:
        return [self._now(one) for one in self._theirs(customer_id) or ()]

    def met(self) -> list[str]:
        """Name the touchpoints that were asked for by customer."""
        return [touchpoint.touchpoint_id for theirs in self._theirs.known.values() for touchpoint in theirs or ()]

    def moved(self, touchpoint_id: str, state: str) -> None:
        self._moved[touchpoint_id] = state

    def _now(self, touchpoint: Touchpoint) -> Touchpoint:
        state = self._moved.get(touchpoint.touchpoint_id, touchpoint.state)
        return touchpoint if state == touchpoint.state else replace(touchpoint, state=state)


class _Outbox:
    def __init__(self, at: _Transaction, ids: _Keys) -> None:
        self._stored = Ahead(ids, lambda some: _by("touchpoint_id", at.uow.outbox.some(some)))
        self._moved: dict[str, tuple[str, datetime, str]] = {}

    def get(self, touchpoint_id: str) -> OutboxJob | None:
        stored, move = self._stored(touchpoint_id), self._moved.get(touchpoint_id)
        if stored is None or move is None:
            return stored
        state, at, response = move
        return replace(stored, state=state, changed_at=at, response=response or stored.response)

    def state(self, touchpoint_id: str) -> str | None:
        stored, move = self._stored(touchpoint_id), self._moved.get(touchpoint_id)
        return None if stored is None else stored.state if move is None else move[0]

    def in_state(self, state: str) -> list[str]:
        return [one for one in self._stored.known if self.state(one) == state]

    def moved(self, touchpoint_id: str, state: str, at: datetime, response: str) -> None:
        before = self._moved.get(touchpoint_id)
        self._moved[touchpoint_id] = (state, at, response or (before[2] if before else ""))


class _Consents:
    """When a consent was last used depends on the messages that went out: of those who got one, it is read anew."""

    def __init__(self, at: _Transaction, records: _Keys) -> None:
        self._at = at
        self._records = records
        self._read: tuple[frozenset[str], ConsentBook[Any]] | None = None
        self._used: set[str] = set()

    def events_of(self, *customer_ids: str) -> list[ConsentEvent]:
        book = self._book(customer_ids)
        return self._at.uow.consents.events_of(*customer_ids) if book is None else book.events_of(*customer_ids)

    def state_of(self, *customer_ids: str) -> ConsentState:
        book = self._book(customer_ids)
        return self._at.uow.consents.state_of(*customer_ids) if book is None else book.of(*customer_ids)

    def used(self, customer_id: str) -> None:
        self._used.add(customer_id)

    def _book(self, customer_ids: Collection[str]) -> ConsentBook[Any] | None:
        if not self._used.isdisjoint(customer_ids):
            return None
        if self._read is None:
            records = frozenset(self._records())
            self._read = records, self._at.uow.consents.book(records)
        records, book = self._read
        return book if records.issuperset(customer_ids) else None


class _Suppressions:
    def __init__(self, at: _Transaction, entries: _Keys) -> None:
        self._channels = Ahead(entries, lambda some: _channels(at.uow.suppressions.some(some)))

    def contains(self, address_hmac: str, channel: str) -> bool:
        return str(channel) in (self._channels(address_hmac) or ())


class _Rights:
    def __init__(self, at: _Transaction, customers: _Keys) -> None:
        self._restricted = Ahead(customers, lambda ids: dict.fromkeys(at.uow.rights.restricted_of(ids), True))

    def is_restricted(self, customer_id: str) -> bool:
        return self._restricted(customer_id) is not None


class _Calls:
    def __init__(self, at: _Transaction, housemates: _Keys) -> None:
        self._at = at
        self._housemates = housemates
        self._since: datetime | None = None
        self._made = Ahead(housemates, self._read)

    def made_since(self, since: datetime, customer_ids: Collection[str] | None = None) -> list[CallTask]:
        if self._since is None:
            self._since = since
        if customer_ids is None or since < self._since:
            return self._at.uow.calls.made_since(since, customer_ids)
        theirs = [task for one in customer_ids for task in self._made(one) or ()]
        return [task for task in theirs if task.closed_at is not None and task.closed_at >= since]

    def _read(self, customer_ids: Collection[str]) -> dict[str, list[CallTask]]:
        since = self._since
        return {} if since is None else _grouped("customer_id", self._at.uow.calls.made_since(since, customer_ids))


class _Holds:
    def __init__(self, at: _Transaction, people: _People) -> None:
        self._people = people
        self._on = Ahead(people.all_records, lambda ids: _grouped("customer_id", at.uow.holds.on_records(ids)))

    def of(self, customer_id: str, today: date) -> Hold | None:
        records = self._people.records_of(customer_id)
        return weightiest([hold for one in records for hold in self._on(one) or ()], today)


def _by(name: str, rows: Iterable[_Value]) -> dict[str, _Value]:
    return {getattr(row, name): row for row in rows}


def _grouped(name: str, rows: Iterable[_Value]) -> dict[str, list[_Value]]:
    found: defaultdict[str, list[_Value]] = defaultdict(list)
    for row in rows:
        found[getattr(row, name)].append(row)
    return found


def _channels(entries: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for entry, channel in entries:
        found[entry].add(channel)
    return found
