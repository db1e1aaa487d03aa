"""Many rows at once, past SQLAlchemy's per-row work: values are converted column by column and handed to the driver.

Only for plain tables of this schema: texts, numbers, days, instants, flags, JSON. The statements are built from the
table's own names; values are always parameters.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from operator import attrgetter
from typing import Any, Final, Literal

from sqlalchemy import JSON, Boolean, Column, Connection, Date, Float, Table
from sqlalchemy.types import TypeEngine

from guildpost_agent.adapters.sql.engine import driver_of
from guildpost_agent.adapters.sql.tables.base import Instant, Notes, read_notes

Otherwise = Literal["refuse", "replace", "keep"]
Only = tuple[str, Sequence[str]]
"""A column of texts, and which of them: few, each a variable of the statement."""
_VERBS: Final = {
    "refuse": ("INSERT", ""),
    "replace": ("INSERT OR REPLACE", ""),
    "keep": ("INSERT", " ON CONFLICT DO NOTHING"),
}
_INSTANT: Final = "%Y-%m-%dT%H:%M:%S.%fZ"


def insert_rows(
    connection: Connection,
    table: Table,
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    otherwise: Otherwise = "refuse",
) -> None:
    """Insert rows given as values in the order of the names; ``otherwise``: what becomes of those that exist."""
    if not rows:
        return
    columns: list[Sequence[Any]] = list(zip(*rows, strict=True))
    for at, name in enumerate(names):
        convert = _writer(table.c[name])
        if convert is not None:
            shared = isinstance(table.c[name].type, (Boolean, Date, Instant))
            columns[at] = _converted(columns[at], convert) if shared else _written(columns[at], convert)
        elif type(columns[at][0]) is not str and isinstance(columns[at][0], str):
            columns[at] = _converted(columns[at], str.__str__)  # of any other text the driver asks for an adapter
    verb, rest = _VERBS[otherwise]
    marks = ", ".join("?" * len(names))
    statement = f"{verb} INTO {table.name} ({', '.join(names)}) VALUES ({marks}){rest}"  # names come from the schema
    driver_of(connection).executemany(statement, zip(*columns, strict=True))


def values_of(records: Iterable[object], names: Sequence[str]) -> list[tuple[Any, ...]]:
    """Take the named attributes of records, in order; at least two names."""
    take = attrgetter(*names)
    return [take(record) for record in records]


def _written(values: Sequence[Any], convert: Callable[[Any], Any]) -> list[Any]:
    """Convert each object once; many rows may share one."""
    names = list(map(id, values))
    named = dict(zip(names, values, strict=True))
    known = {name: None if value is None else convert(value) for name, value in named.items()}
    return list(map(known.__getitem__, names))


@cache
def _writer(column: Column[Any]) -> Callable[[Any], Any] | None:
    return writer_of(column.type)


def writer_of(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """Say how a value of a type is written; None: as it is."""
    if isinstance(kind, Date):
        return lambda day: day.isoformat()
    if isinstance(kind, Boolean):
        return int
    if isinstance(kind, Instant):
        return lambda instant: instant.astimezone(UTC).strftime(_INSTANT)
    if isinstance(kind, Notes):
        return lambda notes: json.dumps(notes, ensure_ascii=False) if notes else "{}"
    if isinstance(kind, JSON):
        return json.dumps
    return None


def read_rows(
    connection: Connection, table: Table, names: Sequence[str], only: Only | None = None
) -> list[tuple[Any, ...]]:
    """Read the named columns of a whole table or of some rows, converted as SQLAlchemy would."""
    return list(zip(*read_columns(connection, table, names, only), strict=True))


def read_columns(
    connection: Connection, table: Table, names: Sequence[str], only: Only | None = None
) -> list[Sequence[Any]]:
    """Read the named columns of a table one by one, converted as SQLAlchemy would; none where there is no row."""
    columns = stored_columns(connection, table, names, only)
    for at, name in enumerate(names if columns else ()):
        convert = _reader(table.c[name])
        if convert is not None:
            columns[at] = _converted(columns[at], convert)
    return columns


def stored_columns(
    connection: Connection, table: Table, names: Sequence[str], only: Only | None = None
) -> list[Sequence[Any]]:
    """Read the named columns of a whole table or of some rows as they are stored; none where there is no row.

    SQLite writes each column as one list in JSON and Python reads it at once: half of the time that the driver takes to
    hand over the same values one by one. Numbers with a fraction are written with 17 digits, which tell each of them
    from a billionth to a billion (hours, shares, scores); SQLite is not exact about those far larger or smaller.
    """
    lists = ", ".join(f"json_group_array({_told(table.c[name])})" for name in names)
    some, values = ("", ()) if only is None else (f" WHERE {only[0]} IN ({', '.join('?' * len(only[1]))})", only[1])
    cursor = driver_of(connection).cursor()
    try:
        # Names are those of the schema.
        (texts,) = cursor.execute(f"SELECT {lists} FROM {table.name}{some}", values).fetchall()  # noqa: S608
    finally:
        cursor.close()
    columns: list[Sequence[Any]] = list(map(json.loads, texts))
    return columns if columns[0] else []


def _told(column: Column[Any]) -> str:
    """Write a column's value so that JSON tells it exactly: SQLite's own numbers in JSON have 15 digits."""
    exact = f"iif({column.name} IS NULL, NULL, format('%!.17g', {column.name}))"
    return exact if isinstance(column.type, Float) else column.name


def read_column(connection: Connection, table: Table, name: str) -> Sequence[Any]:
    """Read one column of a whole table."""
    columns = read_columns(connection, table, [name])
    return columns[0] if columns else []


def _converted(values: Sequence[Any], convert: Callable[[Any], Any]) -> list[Any]:
    """Convert each distinct value once; frozen values may be shared."""
    return list(map(_Known(convert).__getitem__, values))


class _Known(dict[Any, Any]):
    """What values are converted to, found out when one is asked for the first time."""

    def __init__(self, convert: Callable[[Any], Any]) -> None:
        super().__init__({None: None})
        self._convert = convert

    def __missing__(self, value: Any) -> Any:
        """Convert a value that is new."""
        found = self[value] = self._convert(value)
        return found


@cache
def _reader(column: Column[Any]) -> Callable[[Any], Any] | None:
    return float if isinstance(column.type, Float) else reader_of(column.type)  # a number that ``_told`` wrote as text


def reader_of(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """Say how a stored value of a type is read; None: as it is."""
    if isinstance(kind, Date):
        return date.fromisoformat
    if isinstance(kind, Boolean):
        return bool
    if isinstance(kind, Instant):
        return datetime.fromisoformat
    if isinstance(kind, Notes):
        return read_notes
    if isinstance(kind, JSON):
        return _read_json
    return None


def _read_json(text: str) -> Any:
    return [] if text == "[]" else json.loads(text)  # most lists are empty
