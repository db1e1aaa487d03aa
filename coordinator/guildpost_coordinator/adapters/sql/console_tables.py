"""Tables of the console: one-time login links and sessions, as hashes only."""

from typing import Final

from sqlalchemy import Column, String, Table

from guildpost_coordinator.adapters.sql.tables import Instant, metadata

login_links: Final = Table(
    "login_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)

sessions: Final = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("csrf", String(64), nullable=False),
    Column("expires_at", Instant, nullable=False),
)
