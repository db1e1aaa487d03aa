"""Staged rows of an import, and their way into the mirror in one statement per table."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Final

from sqlalchemy import Connection, and_, delete, func, select, true, update
from sqlalchemy import Table as SqlTable
from sqlalchemy.sql.elements import ColumnElement

from guildpost_agent.adapters.sql import records
from guildpost_agent.adapters.sql.bulk import insert_rows, read_column, values_of
from guildpost_agent.adapters.sql.tables import (
    STAGED,
    appointments,
    customers,
    jobs,
    staged_statements,
    vehicles,
    wheel_sets,
)
from guildpost_agent.app.ports.staging import StagedRow, TableChange
from guildpost_agent.domain.appointments import CANCELLED
from guildpost_agent.domain.consent.importing import Said
from guildpost_agent.domain.dms_rows import Table

MIRROR: Final[dict[Table, SqlTable]] = {
    Table.CUSTOMERS: customers,
    Table.VEHICLES: vehicles,
    Table.JOBS: jobs,
    Table.APPOINTMENTS: appointments,
    Table.WHEELS: wheel_sets,
}
_MOST_IDS: Final = 5_000
_PLAIN: Final = tuple(name for name in Said.__dataclass_fields__ if name not in {"given_at", "source"})


class SqlStaging:
    """A ``Staging`` on the agent's database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def clear(self) -> None:
        """Throw away whatever is staged."""
        for table in (*STAGED.values(), staged_statements):
            self._connection.execute(delete(table))

    def known(self, table: Table) -> set[int]:
        """Give the digests of the rows that the mirror holds."""
        return set(read_column(self._connection, MIRROR[table], "row_digest")) - {None}

    def put(self, table: Table, source: int, rows: Sequence[StagedRow]) -> None:
        """Stage records of one source."""
        if not rows:
            return
        names = [field.name for field in fields(rows[0].record)]
        values = values_of([row.record for row in rows], names)
        marked = [(*value, row.digest, source) for value, row in zip(values, rows, strict=True)]
        insert_rows(self._connection, STAGED[MIRROR[table].name], [*names, "row_digest", "source"], marked)

    def say(self, source: int, statements: Sequence[Said]) -> None:
        """Stage what the DMS states about permissions."""
        if statements:
            values = [
                (*take, _instant(said.given_at), said.source, source)
                for take, said in zip(values_of(statements, _PLAIN), statements, strict=True)
            ]
            insert_rows(self._connection, staged_statements, (*_PLAIN, "given_at", "origin", "source"), values)

    def drop(self, source: int) -> None:
        """Throw away what one source staged."""
        for table in (*STAGED.values(), staged_statements):
            self._connection.execute(delete(table).where(table.c.source == source))

    def customers(self) -> set[str]:
        """List every customer number that a staged row names."""
        tables = (*STAGED.values(), staged_statements)
        return {one for table in tables for one in self._connection.scalars(select(table.c.customer_id).distinct())}

    def forget(self, customer_ids: Collection[str]) -> None:
        """Throw away every staged row of certain customers."""
        ordered = sorted(customer_ids)
        for start in range(0, len(ordered), _MOST_IDS):
            part = ordered[start : start + _MOST_IDS]
            for table in (*STAGED.values(), staged_statements):
                self._connection.execute(delete(table).where(table.c.customer_id.in_(part)))

    def apply(self) -> Mapping[Table, TableChange]:
        """Bring everything staged into the mirror."""
        return {table: self._apply(mirror) for table, mirror in MIRROR.items()}

    def _apply(self, mirror: SqlTable) -> TableChange:
        staged = STAGED[mirror.name]
        (key,) = mirror.primary_key.columns
        keys = select(func.count(func.distinct(staged.c[key.name])))
        total = self._connection.scalar(keys) or 0
        if not total:
            return TableChange()
        known = self._connection.scalar(keys.join(mirror, key == staged.c[key.name])) or 0
        names = [column.name for column in mirror.c]
        rows = select(*(staged.c[name] for name in names)).where(true()).order_by(staged.c.stage_id)
        self._connection.execute(records.upsert_of(mirror).from_select(names, rows))
        return TableChange(new=total - known, changed=known)

    def statements(self) -> list[Said]:
        """List the staged statements in their order."""
        columns = [staged_statements.c["origin" if name == "source" else name] for name in Said.__dataclass_fields__]
        rows = self._connection.execute(select(*columns).order_by(staged_statements.c.stage_id))
        return [Said(*row) for row in rows]

    def touched(self, table: Table) -> set[str]:
        """List whom the staged rows of a table concern."""
        staged = STAGED[MIRROR[table].name]
        column = staged.c.customer_id if table is Table.CUSTOMERS else staged.c.vehicle_id
        return set(self._connection.scalars(select(column).distinct()))

    def blocked(self) -> list[str]:
        """List the staged customers under an advertising block."""
        staged = STAGED["customers"]
        return list(self._connection.scalars(select(staged.c.customer_id).where(staged.c.advertising_block).distinct()))

    def miss(self, table: Table, seen: Collection[int], today: date) -> tuple[int, int]:
        """Mark what is missing, and what came back."""
        mirror = MIRROR[table]
        (key,) = mirror.primary_key.columns
        column = mirror.c.missing_since if "missing_since" in mirror.c else None
        state = column if column is not None else mirror.c.status
        kept = select(key, mirror.c.row_digest, state).where(_of_the_dms(table))
        rows = self._connection.execute(kept).all()
        gone = [row[0] for row in rows if row[1] not in seen and row[2] in {None, *_open(table, row[2])}]
        if table is Table.APPOINTMENTS:
            self._set(mirror, gone, {"status": CANCELLED, "row_digest": None})
            return len(gone), 0
        back = [row[0] for row in rows if row[1] in seen and row[2] is not None]
        self._set(mirror, gone, {"missing_since": today})
        self._set(mirror, back, {"missing_since": None})
        return len(gone), len(back)

    def _set(self, table: SqlTable, keys: Sequence[str], values: Mapping[str, object]) -> None:
        (key,) = table.primary_key.columns
        for start in range(0, len(keys), _MOST_IDS):
            part = keys[start : start + _MOST_IDS]
            self._connection.execute(update(table).where(and_(key.in_(part))).values(**values))


def _of_the_dms(table: Table) -> ColumnElement[bool]:
    """Leave out what did not come from the DMS: its silence says nothing about a planner's appointments."""
    return appointments.c.origin == "" if table is Table.APPOINTMENTS else true()


def _open(table: Table, state: object) -> Iterator[object]:
    """Give an appointment's state unless it is cancelled already."""
    if table is Table.APPOINTMENTS and state != CANCELLED:
        yield state


def _instant(moment: datetime | date | None) -> datetime | None:
    if moment is None or isinstance(moment, datetime):
        return moment
    return datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
