"""Who is let into the pages."""

from sqlalchemy import Column, String, Table

from guildpost_agent.adapters.sql.tables.base import Instant, metadata

login_links = Table(
    "login_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("csrf", String(64), nullable=False),
    Column("expires_at", Instant, nullable=False),
)
