"""Transactions in which planning is only rehearsed: nobody waits for them, and nothing of them stays.

    1  a reading transaction begins: the database as it is now, whoever goes on writing
    2  each table that planning writes gets a twin of the same name in memory, rows and indices; SQLite finds it first
    3  whoever rehearses reads and writes as ever
    4  the transaction is rolled back, and the twins are gone with it

A table that is not among ``WRITTEN`` would be written in the file and make its writers wait; a test watches for that.
Foreign keys are not looked at meanwhile: they do not reach from a twin to a real table.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, Engine

from guildpost_agent.adapters.sql.engine import READ_ONLY
from guildpost_agent.adapters.sql.tables import (
    call_tasks,
    decisions,
    documents,
    due_dates,
    occasions,
    outcomes,
    touchpoints,
)
from guildpost_agent.adapters.sql.unit_of_work import SqlUnitOfWork
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork

WRITTEN: Final = (due_dates, occasions, decisions, touchpoints, outcomes, call_tasks, documents)
_LAID_OUT: Final = "SELECT type, sql FROM main.sqlite_master WHERE tbl_name = ? AND type <> 'trigger' AND sql <> ''"


def rehearsal_factory(engine: Engine) -> OpenUnitOfWork:
    """Give the function that opens one rehearsal after the other; a commit in it keeps nothing."""

    @contextmanager
    def open_rehearsal() -> Iterator[SqlUnitOfWork]:
        with engine.connect() as connection, _without_foreign_keys(connection):
            connection.execution_options(**{READ_ONLY: True})
            uow = _Rehearsal(connection)
            try:
                for table in WRITTEN:
                    _twin(connection, table.name)
                yield uow
            finally:
                uow.close()

    return open_rehearsal


class _Rehearsal(SqlUnitOfWork):
    def commit(self) -> None:
        """Keep nothing: what was rehearsed is read in the same transaction, and goes with it."""


@contextmanager
def _without_foreign_keys(connection: Connection) -> Iterator[None]:
    driver: Any = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def _twin(connection: Connection, name: str) -> None:
    """Make a table's twin; the names come from this schema, and the statements from the database itself."""
    laid_out = connection.exec_driver_sql(_LAID_OUT, (name,)).all()
    for kind, statement in sorted(laid_out, key=lambda row: row[0] != "table"):
        if kind == "table":
            connection.exec_driver_sql(statement.replace("CREATE TABLE", "CREATE TEMP TABLE", 1))
            connection.exec_driver_sql(f"INSERT INTO temp.{name} SELECT * FROM main.{name}")  # noqa: S608 — see above
        else:
            unique = "UNIQUE " if statement.startswith("CREATE UNIQUE") else ""
            _, _, rest = statement.partition(" INDEX ")
            connection.exec_driver_sql(f"CREATE {unique}INDEX temp.{rest}")
