"""Whom nobody advertises to for now."""

from sqlalchemy import Column, Date, String, Table

from guildpost_agent.adapters.sql.tables.base import PERSONAL, metadata

holds = Table(
    "holds",
    metadata,
    Column("customer_id", String(40), primary_key=True, info=PERSONAL),
    Column("kind", String(12), primary_key=True, info=PERSONAL),
    Column("since", Date, nullable=False, info=PERSONAL),
    Column("until", Date, info=PERSONAL),
)
