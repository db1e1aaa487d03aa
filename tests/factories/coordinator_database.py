"""The coordinator's database on a real PostgreSQL, migrated; ``tests/factories/postgres`` starts the server."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Engine, create_engine

from guildpost_coordinator.adapters.sql.migrate import migrate
from tests.factories.postgres import PORT, Postgres


@contextmanager
def coordinator_on_postgres(server: Postgres, database: str) -> Iterator[Engine]:
    """Make a fresh database; it goes with the block."""
    server.run(f"CREATE DATABASE {database}")
    where = {"host": server.host, "port": str(PORT)}
    engine = create_engine(URL.create("postgresql+psycopg", "postgres", database=database, query=where))
    try:
        migrate(engine)
        yield engine
    finally:
        engine.dispose()
        server.run(f"DROP DATABASE {database}")
