"""Bring the database to the present schema with Alembic, on an open connection."""

from pathlib import Path
from typing import Final

from sqlalchemy import Engine, inspect, text

from guildpost_coordinator.adapters.sql.engine import READ_ONLY

MIGRATIONS: Final = Path(__file__).parent / "migrations"


def migrate(engine: Engine) -> None:
    """Run every migration the database has not seen yet, in one transaction; nothing is loaded when there is none."""
    if _version(engine) == newest():
        return
    from alembic import command  # noqa: PLC0415 — every command passes here, and hardly ever needs it
    from alembic.config import Config  # noqa: PLC0415 — as above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def newest() -> str:
    """Name the newest migration: they are numbered by file name."""
    return max(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _version(engine: Engine) -> str | None:
    with engine.execution_options(**{READ_ONLY: True}).begin() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version
