"""Opening the encrypted database: SQLCipher with a raw 256-bit key, durable by default.

``synchronous=FULL`` with WAL keeps every acknowledged commit over a power loss; a busy database is waited for, not
failed on. A wrong key is told apart from a damaged file as far as SQLCipher lets us.
"""

from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import Connection, Engine, QueuePool, create_engine, event

from guildpost_shared.errors import ConfigurationError

KEY_BYTES = 32
BUSY_MILLISECONDS = 60_000
CACHE_KB = 8_000
LARGE_CACHE_KB = 32_000
READ_ONLY = "guildpost_read_only"
"""Execution option of a connection that only reads: it sees a snapshot and waits for no writer."""
_LARGE = "guildpost_large_cache"


def open_engine(path: Path, key: bytes) -> Engine:
    """Open (or create) the database file.

    Args:
        path: the database file; created with owner-only rights.
        key: 32 random bytes.

    Raises:
        ConfigurationError: the key does not open the file.
    """
    if len(key) != KEY_BYTES:
        raise ConfigurationError("database_key_invalid")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=True)

    def connect() -> Any:
        connection = sqlcipher.connect(
            str(path), timeout=BUSY_MILLISECONDS / 1000, check_same_thread=False, isolation_level=None
        )
        connection.execute("PRAGMA cipher_log_level = NONE")  # a wrong key is told in our words, not in its own
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlcipher.DatabaseError:
            connection.close()
            raise ConfigurationError("database_key_wrong", path=path) from None
        for pragma in (
            "synchronous = FULL",
            "foreign_keys = ON",
            "temp_store = MEMORY",
            f"cache_size = -{CACHE_KB}",
            "secure_delete = ON",  # what is deleted is overwritten; an erasure rewrites the whole file besides
        ):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    engine = create_engine(
        "sqlite://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=4,
        max_overflow=8,
        hide_parameters=True,
        pool_use_lifo=True,  # the one used last still holds the pages it read
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # IMMEDIATE: a writer waits at the start, instead of failing in the middle of its work; a screen only reads.
        reads = connection.get_execution_options().get(READ_ONLY, False)
        connection.connection.driver_connection.execute("BEGIN" if reads else "BEGIN IMMEDIATE")

    @event.listens_for(engine, "checkin")
    def _checkin(driver: Any, record: Any) -> None:
        if record.info.pop(_LARGE, False) and driver is not None:
            driver.execute(f"PRAGMA cache_size = -{CACHE_KB}")

    return engine


def keep_pages(connection: Connection) -> None:
    """Let a transaction that writes much keep its pages in memory, until the connection is given back.

    What has no room is encrypted and written before its time, and read back, decrypted and written again.
    """
    connection.info[_LARGE] = True
    driver_of(connection).execute(f"PRAGMA cache_size = -{LARGE_CACHE_KB}")


def driver_of(connection: Connection) -> Any:
    """Give the driver's own connection, in a transaction as everything is that SQLAlchemy runs."""
    if not connection.in_transaction():
        connection.begin()
    return connection.connection.driver_connection
