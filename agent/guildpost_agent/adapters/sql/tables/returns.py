"""Who said that somebody is not dead after all; the database itself refuses to change a line."""

from typing import Final

from sqlalchemy import DDL, Column, Index, Integer, String, Table, event

from guildpost_agent.adapters.sql.tables.base import PERSONAL, Instant, metadata

found_alive = Table(
    "found_alive",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("customer_id", String(40), nullable=False, info=PERSONAL),
    Column("at", Instant, nullable=False, info=PERSONAL),
    Column("by_whom", String(80), nullable=False, info=PERSONAL),
    Column("reason", String(300), nullable=False, info=PERSONAL),
    Index("found_alive_by_customer", "customer_id"),
)
APPEND_ONLY: Final = (
    "CREATE TRIGGER found_alive_append_only BEFORE UPDATE ON found_alive "
    "BEGIN SELECT RAISE(ABORT, 'found_alive is append-only'); END"
)
event.listen(found_alive, "after_create", DDL(APPEND_ONLY))  # type: ignore[no-untyped-call]  # theirs has no types
