"""Statements that run for every single message: built once, then handed to the driver with their values.

Building and compiling costs SQLAlchemy ten times what SQLite needs to answer a look-up by key. A ``Prepared`` is that
work done at its first use; it runs inside the connection's transaction like any other statement.

    _BY_ID = Prepared(lambda: select(outbox).where(outbox.c.touchpoint_id == bindparam("id")))
    rows = _BY_ID.rows(connection, id="t-1")

Many keys are asked for by one statement as well: ``among`` takes them as one value, so its text stays the same
however many they are.

    _BY_IDS = Prepared(lambda: select(outbox).where(among(outbox.c.touchpoint_id)))
    rows = _BY_IDS.rows(connection, ids=["t-1", "t-2"])
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, Final

from sqlalchemy import JSON, Column, Connection, Delete, Insert, Select, Update, bindparam, func, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.elements import ColumnElement

from guildpost_agent.adapters.sql.bulk import reader_of, writer_of
from guildpost_agent.adapters.sql.engine import driver_of

_Place = tuple[str | None, Callable[[Any], Any] | None, Any]
Statement = Select[Any] | Insert | Update | Delete
_DIALECT: Final = sqlite.dialect(paramstyle="qmark")


def among(column: Column[Any], name: str = "ids") -> ColumnElement[bool]:
    """Build the condition that a column is one of the values given under a name, as a list of any length."""
    given = func.json_each(bindparam(name, type_=JSON)).table_valued("value")
    return column.in_(select(given.c.value))


def looked_at_last(column: Column[str]) -> ColumnElement[str]:
    """Give a column as a value that no index serves.

    SQLite keeps no statistics here: of an index on a state and one on the keys that are asked for it would choose the
    first, and read all that ever was sent to know what was sent to eight.
    """
    return column.concat("")


class Prepared:
    """A statement with named values (``bindparam``)."""

    def __init__(self, build: Callable[[], Statement]) -> None:
        self._build = build

    def rows(self, connection: Connection, **values: Any) -> list[tuple[Any, ...]]:
        """Give the rows, converted as SQLAlchemy would."""
        found = self._execute(connection, values).fetchall()
        if not found or not self._readers:
            return found if isinstance(found, list) else list(found)
        return [self._converted(row) for row in found]

    def first(self, connection: Connection, **values: Any) -> tuple[Any, ...] | None:
        """Give the first row, None if there is none."""
        return next(iter(self.rows(connection, **values)), None)

    def run(self, connection: Connection, **values: Any) -> int:
        """Change rows; say how many."""
        return int(self._execute(connection, values).rowcount)

    def run_all(self, connection: Connection, rows: Iterable[Mapping[str, Any]], **same: Any) -> int:
        """Change rows, once with each of these values and those that are the same for all; say how many in all."""
        text, places = self._compiled
        if same:
            written = {name: _written(same[name], write) for name, write, _ in places if name in same}
            places = [(None, None, written[name]) if name in written else (name, *rest) for name, *rest in places]
        if any(write is not None for _, write, _ in places):
            given = [_parameters(places, values) for values in rows]
        else:  # nothing is converted: half the cost of many small changes was asking
            plain = [(name, fixed) for name, _, fixed in places]
            given = [[fixed if name is None else values[name] for name, fixed in plain] for values in rows]
        return int(driver_of(connection).executemany(text, given).rowcount)

    def _execute(self, connection: Connection, values: dict[str, Any]) -> Any:
        text, places = self._compiled
        return driver_of(connection).execute(text, _parameters(places, values))

    def _converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for at, read in self._readers:
            if values[at] is not None:
                values[at] = read(values[at])
        return tuple(values)

    @cached_property
    def _compiled(self) -> tuple[str, list[_Place]]:
        """The text, and for each place either the name of its value or the value itself."""
        compiled = self._build().compile(dialect=_DIALECT)
        places: list[_Place] = []
        for name in compiled.positiontup or ():
            bind = compiled.binds[name]
            write = writer_of(bind.type)
            if bind.required:
                places.append((bind.key, write, None))
            else:
                places.append((None, None, bind.value if write is None or bind.value is None else write(bind.value)))
        return str(compiled), places

    @cached_property
    def _readers(self) -> list[tuple[int, Callable[[Any], Any]]]:
        statement = self._build()
        if not isinstance(statement, Select):
            return []
        readers = ((at, reader_of(column.type)) for at, column in enumerate(statement.selected_columns))
        return [(at, read) for at, read in readers if read is not None]


def _parameters(places: list[_Place], values: Mapping[str, Any]) -> list[Any]:
    return [fixed if name is None else _written(values[name], write) for name, write, fixed in places]


def _written(value: Any, write: Callable[[Any], Any] | None) -> Any:
    return value if write is None or value is None else write(value)
