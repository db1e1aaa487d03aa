"""Opening the coordinator's database: SQLite beside the program by default, durable and patient.

WAL with ``synchronous=FULL`` keeps every acknowledged commit over a power loss. Writers take their turn at the start
of a transaction (BEGIN IMMEDIATE) and wait for up to a minute; readers see a snapshot and wait for nobody.
"""

import sqlite3
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_SECONDS: Final = 60
CACHE_KIB: Final = 256  # of pages, for each connection; the operating system holds the file for all of them
POOL: Final = 16  # connections; gRPC workers beyond that queue
READ_ONLY: Final = "guildpost_read_only"
"""Execution option of a connection that only reads."""


def open_engine(path: Path) -> Engine:
    """Open the database file, creating it with owner-only rights.

    Args:
        path: the SQLite file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=True)
    engine = create_engine(
        f"sqlite:///{path}",
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False, "isolation_level": None},
        pool_size=POOL,
        max_overflow=POOL,
        hide_parameters=True,  # an error's text must not carry what was stored
    )
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    settings = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON")
    for pragma in (*settings, f"cache_size = -{CACHE_KIB}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
