"""Verdicts about proposed messages; the database itself refuses to change one."""

from typing import Final

from sqlalchemy import DDL, Column, ForeignKey, Index, Integer, String, Table, event

from guildpost_agent.adapters.sql.tables.base import PERSONAL, Instant, metadata

approvals = Table(
    "approvals",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("touchpoint_id", ForeignKey("touchpoints.touchpoint_id"), nullable=False),
    Column("verdict", String(12), nullable=False),
    Column("at", Instant, nullable=False, info=PERSONAL),
    Column("by_whom", String(80), nullable=False, info=PERSONAL),
    Index("approvals_by_touchpoint", "touchpoint_id"),
)
APPEND_ONLY: Final = (
    "CREATE TRIGGER approvals_append_only BEFORE UPDATE ON approvals "
    "BEGIN SELECT RAISE(ABORT, 'approvals is append-only'); END"
)
event.listen(approvals, "after_create", DDL(APPEND_ONLY))  # type: ignore[no-untyped-call]  # theirs has no types
