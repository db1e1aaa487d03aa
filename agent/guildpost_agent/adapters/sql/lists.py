"""The tables of the dealer's vehicle lists."""

from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import date
from typing import Final

from sqlalchemy import ColumnElement, Connection, bindparam, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from guildpost_agent.adapters.sql.prepared import Prepared
from guildpost_agent.adapters.sql.tables.lists import vehicle_list_waiting, vehicle_lists
from guildpost_agent.app.ports.vehicle_lists import KeptEntry
from guildpost_agent.domain.vehicle_lists import ListEntry, Waiting

_C: Final = vehicle_lists.c
_W: Final = vehicle_list_waiting.c
_ENTRY: Final = [_C[field.name] for field in fields(ListEntry)]
_ENTRY_ORDER: Final = (_C.entered_on, _C.list_id, _C.vehicle_id, _C.reference)
_OPEN_ON: Final = Prepared(
    lambda: select(*_ENTRY).where(_C.vehicle_id == bindparam("id"), _C.done_on.is_(None)).order_by(*_ENTRY_ORDER)
)
_WAITING: Final = [_W[field.name] for field in fields(Waiting)]


class SqlVehicleLists:
    """Entries by list, vehicle and reference, and rows that wait for their vehicle."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(self) -> list[ListEntry]:
        """List the entries that are not done, oldest first."""
        found = select(*_ENTRY).where(_C.done_on.is_(None)).order_by(*_ENTRY_ORDER)
        return [ListEntry(*row) for row in self._connection.execute(found)]

    def open_on(self, vehicle_id: str) -> list[ListEntry]:
        """List the entries of one vehicle that are not done, oldest first."""
        return [ListEntry(*row) for row in _OPEN_ON.rows(self._connection, id=vehicle_id)]

    def all(self) -> list[KeptEntry]:
        """List every entry, oldest first."""
        found = select(_C.source, _C.done_on, *_ENTRY).order_by(*_ENTRY_ORDER)
        return [KeptEntry(ListEntry(*row[2:]), row[0], row[1]) for row in self._connection.execute(found)]

    def closed(self, list_ids: Collection[str], vehicle_ids: Collection[str] | None = None) -> list[KeptEntry]:
        """List the entries of some lists that are done, those done first first; of certain vehicles, or of all."""
        found = select(_C.source, _C.done_on, *_ENTRY).where(_C.list_id.in_(list_ids), _C.done_on.is_not(None))
        if vehicle_ids is not None:
            found = found.where(_C.vehicle_id.in_(vehicle_ids))
        rows = self._connection.execute(found.order_by(_C.done_on, *_ENTRY_ORDER))
        return [KeptEntry(ListEntry(*row[2:]), row[0], row[1]) for row in rows]

    def add(self, entries: Iterable[ListEntry], source: str) -> int:
        """Store entries; return how many were new."""
        statement = insert(vehicle_lists).on_conflict_do_nothing()
        return sum(self._connection.execute(statement, {**vars(entry), "source": source}).rowcount for entry in entries)

    def done(self, list_id: str, vehicle_id: str, on: date, reference: str | None = None) -> int:
        """Mark a vehicle's open entries of a list as done; return how many."""
        mine = [_C.list_id == list_id, _C.vehicle_id == vehicle_id, _C.done_on.is_(None)]
        if reference is not None:
            mine.append(_C.reference == reference)
        return self._connection.execute(update(vehicle_lists).where(*mine).values(done_on=on)).rowcount

    def wait(self, rows: Iterable[Waiting], source: str) -> int:
        """Keep rows whose vehicle is not known, the day of one known as open among them; return how many are new."""
        return sum(self._wait(row, source) for row in rows)

    def _wait(self, row: Waiting, source: str) -> int:
        statement = insert(vehicle_list_waiting).on_conflict_do_nothing()
        new = self._connection.execute(statement, {**vars(row), "source": source}).rowcount
        if not new and row.done_on is not None:
            known = update(vehicle_list_waiting).where(*_same(row), _W.done_on.is_(None))
            self._connection.execute(known.values(done_on=row.done_on))
        return new

    def waiting(self) -> list[Waiting]:
        """List the rows whose vehicle is not known, oldest first; those of an erased person are empty."""
        found = select(*_WAITING).where(_W.written != "").order_by(_W.entered_on, _W.id)
        return [Waiting(*row) for row in self._connection.execute(found)]

    def found(self, row: Waiting, vehicle_id: str) -> None:
        """Make an entry of a waiting row whose vehicle is known now, done where the row is."""
        source = self._connection.scalar(select(_W.source).where(*_same(row)))
        self.add([ListEntry(row.list_id, vehicle_id, row.reference, row.entered_on, row.text)], source or "")
        if row.done_on is not None:
            self.done(row.list_id, vehicle_id, row.done_on, row.reference)
        self._connection.execute(delete(vehicle_list_waiting).where(*_same(row)))


def _same(row: Waiting) -> tuple[ColumnElement[bool], ...]:
    return _W.list_id == row.list_id, _W.written == row.written, _W.reference == row.reference
