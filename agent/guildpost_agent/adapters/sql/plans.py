"""Occasions, decisions and touchpoints; only what changed is written."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, String, Table, bindparam, column, delete, exists, func, select, text, true, update
from sqlalchemy.sql.elements import ColumnElement

from guildpost_agent.adapters.sql.bulk import insert_rows, read_rows, values_of
from guildpost_agent.adapters.sql.due_dates import replace_due_dates
from guildpost_agent.adapters.sql.engine import keep_pages
from guildpost_agent.adapters.sql.prepared import Prepared, among
from guildpost_agent.adapters.sql.tables import decisions, due_dates, occasions, outbox, touchpoints
from guildpost_agent.adapters.sql.tables.plans import CARRIES, HELD_OUT
from guildpost_agent.app.ports.plans import Move
from guildpost_agent.domain.occasions import Inspections
from guildpost_agent.domain.records import Channel, Decision, Occasion, Placed, Touchpoint, Triage
from guildpost_agent.domain.touchpoint_states import CANCELLED, CONTACTS, PROPOSED, WAITING

# Within SQLite's limit of variables per statement (SQLITE_MAX_VARIABLE_NUMBER, 32,766 since 3.32).
_CHUNK = 5_000


_TOUCHPOINT: Final = tuple(Touchpoint.__dataclass_fields__)
_ORDERED: Final = select(*(touchpoints.c[name] for name in _TOUCHPOINT)).order_by(
    touchpoints.c.planned_at, touchpoints.c.touchpoint_id
)
_ALL_TOUCHPOINTS: Final = Prepared(lambda: _ORDERED)
_TOUCHPOINT_BY_ID: Final = Prepared(lambda: _ORDERED.where(touchpoints.c.touchpoint_id == bindparam("id")))
_TOUCHPOINTS_BY_ID: Final = Prepared(lambda: _ORDERED.where(among(touchpoints.c.touchpoint_id)))
_TOUCHPOINTS_OF_ALL: Final = Prepared(lambda: _ORDERED.where(among(touchpoints.c.customer_id)))
_TOUCHPOINTS_OF: Final = Prepared(lambda: _ORDERED.where(touchpoints.c.customer_id == bindparam("id")))
_TO_QUEUE: Final = Prepared(
    lambda: _ORDERED.where(
        touchpoints.c.state == "planned",
        touchpoints.c.channel == bindparam("channel"),
        touchpoints.c.planned_at <= bindparam("until"),
        ~exists().where(outbox.c.touchpoint_id == touchpoints.c.touchpoint_id),
    )
)
_MOVE_TOUCHPOINT: Final = Prepared(
    lambda: (
        update(touchpoints)
        .where(touchpoints.c.touchpoint_id == bindparam("id"), touchpoints.c.state == bindparam("expected"))
        .values(state=bindparam("to"))
    )
)
_PLACED: Final = tuple(Placed.__dataclass_fields__)
_CONTACTS_SINCE: Final = Prepared(
    lambda: (
        select(*(touchpoints.c[name] for name in _PLACED))
        .where(among(touchpoints.c.state), touchpoints.c.planned_at >= bindparam("since"))
        .order_by(touchpoints.c.planned_at, touchpoints.c.touchpoint_id)
    )
)
_CHANNELS: Final = {channel.value: channel for channel in Channel}
_TOUCHPOINT_READERS: Final[tuple[tuple[int, Callable[[Any], Any]], ...]] = (
    (_TOUCHPOINT.index("channel"), _CHANNELS.__getitem__),
    (_TOUCHPOINT.index("reasons"), tuple),
    (_TOUCHPOINT.index("bundled"), tuple),
)


def _touchpoint(row: Sequence[Any]) -> Touchpoint:
    values = list(row)
    for at, read in _TOUCHPOINT_READERS:
        values[at] = read(values[at])
    return Touchpoint(*values)


def _chunks(ids: Iterable[str]) -> Iterable[list[str]]:
    rest = sorted(set(ids))
    return (rest[start : start + _CHUNK] for start in range(0, len(rest), _CHUNK))


def _as_index(rows: Iterable[object], names: Sequence[str]) -> list[tuple[Any, ...]]:
    """Take the named attributes in the order of the first one, the key: so each page of the table is written once."""
    return sorted(values_of(rows, names), key=itemgetter(0))


_OCCASION: Final = tuple(Occasion.__dataclass_fields__)
_OCCASION_BY_ID: Final = Prepared(
    lambda: select(*(occasions.c[name] for name in _OCCASION)).where(occasions.c.occasion_id == bindparam("id"))
)
_SOME_OCCASIONS: Final = Prepared(
    lambda: select(*(occasions.c[name] for name in _OCCASION)).where(among(occasions.c.occasion_id))
)
_OCCASIONS_OF: Final = Prepared(
    lambda: select(*(occasions.c[name] for name in _OCCASION)).where(among(occasions.c.vehicle_id))
)
_SERVICES_OF: Final = Prepared(
    lambda: select(occasions.c.occasion_id, occasions.c.service_id).where(among(occasions.c.occasion_id))
)
_DECISION: Final = tuple(Decision.__dataclass_fields__)
_DECISION_BY_ID: Final = Prepared(
    lambda: select(*(decisions.c[name] for name in _DECISION)).where(decisions.c.occasion_id == bindparam("id"))
)
_DECIDED: Final = ("occasion_id", "kept", "reason", "facts")
_SOME_DECIDED: Final = Prepared(
    lambda: select(*(decisions.c[name] for name in _DECIDED)).where(among(decisions.c.occasion_id))
)
_HELD_OUT: Final = Prepared(lambda: select(decisions.c.occasion_id).where(text(HELD_OUT)))
_CONTROL_GROUP: Final = Prepared(
    lambda: (
        select(occasions.c.customer_id, occasions.c.service_id)
        .join(decisions, decisions.c.occasion_id == occasions.c.occasion_id)
        .where(text(HELD_OUT))
    )
)
_LED: Final = Prepared(lambda: select(touchpoints.c.occasion_id).where(among(touchpoints.c.occasion_id)))
_CARRIED: Final = func.json_each(touchpoints.c.bundled).table_valued(column("value", String))
_ALL_CARRIED: Final = Prepared(
    lambda: select(_CARRIED.c.value).select_from(touchpoints.join(_CARRIED, true())).where(text(CARRIES))
)


def _occasions(rows: Iterable[Sequence[Any]]) -> list[Occasion]:
    return [Occasion(*(*row[:-1], Triage(row[-1]))) for row in rows]


class SqlPlans:
    """What is due, what was decided about it, and what is planned."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def replace_due_dates(self, found: Inspections, vehicle_ids: Collection[str] | None) -> None:
        """Store when vehicles are due; only what changed is written."""
        replace_due_dates(self._connection, found, vehicle_ids)

    def triage(self) -> dict[tuple[str, str], int]:
        """Count due dates by service and triage class."""
        pair = (due_dates.c.service_id, due_dates.c.triage)
        rows = self._connection.execute(select(*pair, func.count()).group_by(*pair))
        return {(service, triage): count for service, triage, count in rows}

    def replace_occasions(
        self,
        rows: Sequence[Occasion],
        vehicle_ids: Collection[str] | None = None,
        stored: Sequence[Occasion] | None = None,
    ) -> None:
        """Store the occasions that hold now; of those that vanished, touchpoints and the control group keep theirs."""
        if vehicle_ids is None:
            keep_pages(self._connection)
        before = self.occasions(vehicle_ids) if stored is None else stored
        known = {row[0]: row for row in values_of(before, _OCCASION)}
        self._write(occasions, _OCCASION, _as_index(rows, _OCCASION), known)
        vanished = known.keys() - {row.occasion_id for row in rows} if known else set[str]()
        for ids in _chunks(vanished - self._kept_for_good(vanished) if vanished else ()):
            self._connection.execute(delete(decisions).where(decisions.c.occasion_id.in_(ids)))
            self._connection.execute(delete(occasions).where(occasions.c.occasion_id.in_(ids)))

    def _write(
        self, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]], known: Mapping[str, tuple[Any, ...]]
    ) -> None:
        """Insert what is new and replace what differs in what is known; replacing costs SQLite twice as much."""
        width = len(next(iter(known.values()), ()))
        new = [row for row in rows if row[0] not in known] if known else rows
        changed = [row for row in rows if row[0] in known and known[row[0]] != row[:width]] if known else []
        insert_rows(self._connection, table, names, new, otherwise="keep")
        insert_rows(self._connection, table, names, changed, otherwise="replace")

    def _kept_for_good(self, occasion_ids: Collection[str]) -> set[str]:
        """Name the occasions that a message leads or carries along or that are held out, among others."""
        led = {one for (one,) in _LED.rows(self._connection, ids=list(occasion_ids))}
        return led | {one for (one,) in _ALL_CARRIED.rows(self._connection)} | self.held_out()

    def occasions(self, vehicle_ids: Collection[str] | None = None) -> list[Occasion]:
        """List all occasions, the vanished ones with touchpoints too, or those of certain vehicles."""
        if vehicle_ids is None:
            return _occasions(read_rows(self._connection, occasions, _OCCASION))
        return _occasions(_OCCASIONS_OF.rows(self._connection, ids=list(vehicle_ids)))

    def occasion(self, occasion_id: str) -> Occasion | None:
        """Find an occasion."""
        return next(iter(_occasions(_OCCASION_BY_ID.rows(self._connection, id=occasion_id))), None)

    def record_decisions(self, rows: Sequence[Decision]) -> None:
        """Store decisions; one that says the same as before keeps its instant."""
        known = self._decided(None if len(rows) > _CHUNK else [row.occasion_id for row in rows])
        names = (*_DECIDED, "decided_at")
        self._write(decisions, names, _as_index(rows, names), known)

    def _decided(self, occasion_ids: Sequence[str] | None) -> dict[str, tuple[Any, ...]]:
        if occasion_ids is None:
            return {row[0]: row for row in read_rows(self._connection, decisions, _DECIDED)}
        return {row[0]: row for row in _SOME_DECIDED.rows(self._connection, ids=occasion_ids)}

    def decision(self, occasion_id: str) -> Decision | None:
        """Find what was decided about an occasion."""
        row = _DECISION_BY_ID.first(self._connection, id=occasion_id)
        return None if row is None else Decision(*row)

    def decisions_for(self, reason: str) -> list[Decision]:
        """List the decisions that were made for one reason."""
        columns = (decisions.c[name] for name in _DECISION)
        rows = self._connection.execute(select(*columns).where(decisions.c.reason == reason))
        return [Decision(*row) for row in rows]

    def held_out(self) -> frozenset[str]:
        """Name the occasions that earlier decisions held out."""
        return frozenset(one for (one,) in _HELD_OUT.rows(self._connection))

    def control_group(self) -> frozenset[tuple[str, str]]:
        """Name whom earlier decisions held out: customer and service."""
        return frozenset((customer, service) for customer, service in _CONTROL_GROUP.rows(self._connection))

    def _touchpoints(self, *conditions: ColumnElement[bool]) -> list[Touchpoint]:
        return [_touchpoint(row) for row in self._connection.execute(_ORDERED.where(*conditions)).all()]

    def touchpoints(self) -> list[Touchpoint]:
        """List all touchpoints, oldest first."""
        return [_touchpoint(row) for row in _ALL_TOUCHPOINTS.rows(self._connection)]

    def contacts_since(self, since: datetime) -> list[Placed]:
        """List the touchpoints that are planned for an instant or later and met, or may be met, oldest first."""
        rows = _CONTACTS_SINCE.rows(self._connection, ids=sorted(CONTACTS), since=since)
        return [Placed(*(*row[:-1], tuple(row[-1]))) for row in rows]

    def left(self, service_id: str) -> list[Touchpoint]:
        """List the touchpoints of a service whose message left, or may have left, oldest first."""
        return self._touchpoints(touchpoints.c.service_id == service_id, touchpoints.c.state.in_(CONTACTS - WAITING))

    def services_of(self, occasion_ids: Collection[str]) -> dict[str, str]:
        """Name the service of each of these occasions that is known."""
        return dict(_SERVICES_OF.rows(self._connection, ids=list(occasion_ids))) if occasion_ids else {}

    def touchpoint(self, touchpoint_id: str) -> Touchpoint | None:
        """Find a touchpoint."""
        row = _TOUCHPOINT_BY_ID.first(self._connection, id=touchpoint_id)
        return None if row is None else _touchpoint(row)

    def touchpoints_of(self, customer_id: str) -> list[Touchpoint]:
        """List a customer's touchpoints, oldest first."""
        return [_touchpoint(row) for row in _TOUCHPOINTS_OF.rows(self._connection, id=customer_id)]

    def some_touchpoints(self, touchpoint_ids: Collection[str]) -> list[Touchpoint]:
        """List some touchpoints, oldest first."""
        return [_touchpoint(row) for row in _TOUCHPOINTS_BY_ID.rows(self._connection, ids=list(touchpoint_ids))]

    def touchpoints_of_all(self, customer_ids: Collection[str]) -> list[Touchpoint]:
        """List the touchpoints of some customers, oldest first."""
        return [_touchpoint(row) for row in _TOUCHPOINTS_OF_ALL.rows(self._connection, ids=list(customer_ids))]

    def some_occasions(self, occasion_ids: Collection[str]) -> list[Occasion]:
        """List some occasions."""
        return _occasions(_SOME_OCCASIONS.rows(self._connection, ids=list(occasion_ids)))

    def add_touchpoints(self, rows: Sequence[Touchpoint]) -> None:
        """Store new touchpoints; one that is known is left as it is."""
        insert_rows(self._connection, touchpoints, _TOUCHPOINT, values_of(rows, _TOUCHPOINT), otherwise="keep")

    def unbundle(self, touchpoint_id: str, kept: Sequence[str]) -> None:
        """Let a planned touchpoint carry along these occasions only."""
        mine = (touchpoints.c.touchpoint_id == touchpoint_id, touchpoints.c.state.in_(WAITING))
        self._connection.execute(update(touchpoints).where(*mine).values(bundled=list(kept)))

    def proposed(self) -> list[Touchpoint]:
        """List the touchpoints that wait for an approval, oldest first."""
        return self._touchpoints(touchpoints.c.state == PROPOSED)

    def cancel(self, touchpoint_ids: Iterable[str]) -> int:
        """Cancel touchpoints that are not yet handed over; return how many."""
        count = 0
        for ids in _chunks(touchpoint_ids):
            mine = (touchpoints.c.touchpoint_id.in_(ids), touchpoints.c.state.in_(WAITING))
            count += self._connection.execute(update(touchpoints).where(*mine).values(state=CANCELLED)).rowcount
        return count

    def to_queue(self, channel: str, until: datetime) -> list[Touchpoint]:
        """List planned touchpoints of a channel whose instant has come and that have no job yet, oldest first."""
        rows = _TO_QUEUE.rows(self._connection, channel=channel, until=until)
        return [_touchpoint(row) for row in rows]

    def move(self, touchpoint_id: str, *, expected: str, to: str) -> bool:
        """Change a touchpoint's state if it is still the expected one; say whether it was."""
        return _MOVE_TOUCHPOINT.run(self._connection, id=touchpoint_id, expected=expected, to=to) == 1

    def move_all(self, moves: Sequence[Move]) -> int:
        """Change states that are still the expected ones; say how many were."""
        values = ({"id": move.touchpoint_id, "expected": move.expected, "to": move.to} for move in moves)
        return _MOVE_TOUCHPOINT.run_all(self._connection, values)

    def cancel_planned(self, *, occasion_ids: Iterable[str]) -> int:
        """Cancel what is planned and not yet handed to the outbox; return how many."""
        count = 0
        for ids in _chunks(occasion_ids):
            mine = (touchpoints.c.occasion_id.in_(ids), touchpoints.c.state.in_(WAITING))
            count += self._connection.execute(update(touchpoints).where(*mine).values(state="cancelled")).rowcount
        return count
