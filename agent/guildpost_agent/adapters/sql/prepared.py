"""Statements that run for every single message: built once, then handed to the driver with their values.

Building and compiling costs SQLAlchemy ten times what SQLite needs to answer a look-up by key. A ``Prepared`` is that
work done at its first use; it runs inside the connection's transaction like any other statement.

    _BY_ID = Prepared(lambda: select(outbox).where(outbox.c.touchpoint_id == bindparam("id")))
    rows = _BY_ID.rows(connection, id="t-1")
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Connection, Delete, Insert, Select, Update
from sqlalchemy.dialects import sqlite

from guildpost_agent.adapters.sql.bulk import reader_of, writer_of

_Place = tuple[str | None, Callable[[Any], Any] | None, Any]
Statement = Select[Any] | Insert | Update | Delete
_DIALECT: Final = sqlite.dialect(paramstyle="qmark")


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

    def _execute(self, connection: Connection, values: dict[str, Any]) -> Any:
        text, places = self._compiled
        parameters = [
            fixed if name is None else (values[name] if write is None or values[name] is None else write(values[name]))
            for name, write, fixed in places
        ]
        driver: Any = connection.connection.driver_connection
        return driver.execute(text, parameters)

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
