"""Whom nobody advertises to for now, and who said so; the database itself refuses to change a step."""

from typing import Final

from sqlalchemy import DDL, Column, Date, Index, Integer, String, Table, event

from guildpost_agent.adapters.sql.tables.base import PERSONAL, Instant, metadata

holds = Table(
    "holds",
    metadata,
    Column("customer_id", String(40), primary_key=True, info=PERSONAL),
    Column("kind", String(12), primary_key=True, info=PERSONAL),
    Column("since", Date, nullable=False, info=PERSONAL),
    Column("until", Date, info=PERSONAL),
)
hold_steps = Table(
    "hold_steps",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("customer_id", String(40), nullable=False, info=PERSONAL),
    Column("kind", String(12), nullable=False, info=PERSONAL),
    Column("step", String(8), nullable=False, info=PERSONAL),
    Column("at", Instant, nullable=False, info=PERSONAL),
    Column("by_whom", String(80), nullable=False, info=PERSONAL),
    Column("reason", String(300), nullable=False, info=PERSONAL),
    Index("hold_steps_by_customer", "customer_id"),
)
APPEND_ONLY: Final = (
    "CREATE TRIGGER hold_steps_append_only BEFORE UPDATE ON hold_steps "
    "BEGIN SELECT RAISE(ABORT, 'hold_steps is append-only'); END"
)
event.listen(hold_steps, "after_create", DDL(APPEND_ONLY))  # type: ignore[no-untyped-call]  # theirs has no types
