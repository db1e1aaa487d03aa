"""The ledger of goodwill credits; the database itself refuses to change a line."""

from typing import Final

from sqlalchemy import DDL, Column, Date, Index, Integer, String, Table, event

from guildpost_agent.adapters.sql.tables.base import PERSONAL, Instant, metadata

goodwill_entries = Table(
    "goodwill_entries",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("credit_id", String(24), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("at", Instant, nullable=False, info=PERSONAL),
    Column("customer_id", String(40), nullable=False, info=PERSONAL),
    Column("cents", Integer, nullable=False, info=PERSONAL),
    Column("reason", String(300), nullable=False, info=PERSONAL),
    Column("by_whom", String(80), nullable=False, info=PERSONAL),
    Column("expires_on", Date, info=PERSONAL),
    Index("goodwill_by_customer", "customer_id"),
    Index("goodwill_by_credit", "credit_id"),
)
APPEND_ONLY: Final = (
    "CREATE TRIGGER goodwill_append_only BEFORE UPDATE ON goodwill_entries "
    "BEGIN SELECT RAISE(ABORT, 'goodwill_entries is append-only'); END"
)
event.listen(goodwill_entries, "after_create", DDL(APPEND_ONLY))  # type: ignore[no-untyped-call]  # theirs has no types
