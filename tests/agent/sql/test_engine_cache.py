"""How much of the database stays in memory: little, and more only while something large is written."""

from pathlib import Path

from sqlalchemy import Connection

from guildpost_agent.adapters.sql.engine import CACHE_KB, LARGE_CACHE_KB, driver_of, keep_pages, open_engine
from tests.factories.agent import KEY


def kept(connection: Connection) -> int:
    """In KB; SQLite says it as a negative number."""
    return -int(driver_of(connection).execute("PRAGMA cache_size").fetchone()[0])


def test_a_large_write_keeps_its_pages_until_its_connection_is_given_back(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "agent.db", KEY)
    with engine.connect() as connection:
        assert kept(connection) == CACHE_KB
        keep_pages(connection)
        assert kept(connection) == LARGE_CACHE_KB
        driver = driver_of(connection)
    with engine.connect() as connection:
        assert driver_of(connection) is driver
        assert kept(connection) == CACHE_KB
