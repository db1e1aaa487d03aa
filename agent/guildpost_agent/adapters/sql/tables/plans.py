"""Occasions, decisions, touchpoints, and what became of them."""

from typing import Final

from sqlalchemy import JSON, Boolean, Column, Date, Float, ForeignKey, Index, Integer, String, Table, Text, text

from guildpost_agent.adapters.sql.tables.base import PERSONAL, Instant, metadata

HELD_OUT: Final = "reason = 'HOLDOUT'"
"""Of which decisions an index knows: few, and asked for by every plan. A query that uses it says just this."""
CARRIES: Final = "bundled <> '[]'"
"""Of which touchpoints an index knows: those that carry other occasions along."""

occasions = Table(
    "occasions",
    metadata,
    Column("occasion_id", String(64), primary_key=True, info=PERSONAL),
    Column("customer_id", String(40), nullable=False, info=PERSONAL),
    Column("vehicle_id", String(40), nullable=False, info=PERSONAL),
    Column("service_id", String(40), nullable=False),
    Column("due_date", Date, nullable=False, info=PERSONAL),
    Column("source", String(40), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("triage", String(12), nullable=False),
)

due_dates = Table(
    "due_dates",
    metadata,
    Column("vehicle_id", String(40), primary_key=True, info=PERSONAL),
    Column("service_id", String(40), primary_key=True),
    Column("customer_id", String(40), nullable=False, info=PERSONAL),
    Column("due_date", Date, nullable=False, info=PERSONAL),
    Column("source", String(40), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("triage", String(12), nullable=False),
    Index("due_dates_by_triage", "service_id", "triage"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("occasion_id", ForeignKey("occasions.occasion_id"), primary_key=True, info=PERSONAL),
    Column("decided_at", Instant, nullable=False),
    Column("kept", Boolean, nullable=False),
    Column("reason", String(40), nullable=False),
    Column("facts", JSON, nullable=False, info=PERSONAL),
    Index("decisions_held_out", "occasion_id", sqlite_where=text(HELD_OUT)),
)

touchpoints = Table(
    "touchpoints",
    metadata,
    Column("touchpoint_id", String(24), primary_key=True),
    Column("occasion_id", ForeignKey("occasions.occasion_id"), nullable=False, info=PERSONAL),
    Column("customer_id", String(40), nullable=False, info=PERSONAL),
    Column("vehicle_id", String(40), nullable=False, info=PERSONAL),
    Column("service_id", String(40), nullable=False),
    Column("service_version", Integer, nullable=False),
    Column("channel", String(12), nullable=False),
    Column("planned_at", Instant, nullable=False),
    Column("not_after", Instant, nullable=False),
    Column("due_date", Date, nullable=False, info=PERSONAL),
    Column("lead_days", Integer, nullable=False),
    Column("weekday", Integer),
    Column("hour", Integer),
    Column("arm", String(20), nullable=False),
    Column("state", String(12), nullable=False),
    Column("reasons", JSON, nullable=False, info=PERSONAL),
    Column("touch_id", String(40), nullable=False, server_default=""),
    Column("bundled", JSON, nullable=False, server_default="[]", info=PERSONAL),
    Column("lead_shift", Integer, nullable=False, server_default="0"),
    Index("touchpoints_by_state", "state", "planned_at"),
    Index("touchpoints_by_occasion", "occasion_id"),
    Index("touchpoints_by_customer", "customer_id"),
    Index("touchpoints_that_carry", "touchpoint_id", sqlite_where=text(CARRIES)),
)

outbox = Table(
    "outbox",
    metadata,
    Column("touchpoint_id", ForeignKey("touchpoints.touchpoint_id"), primary_key=True),
    Column("channel", String(12), nullable=False),
    Column("message_id", String(120), nullable=False, unique=True),
    Column("token", String(200), nullable=False, unique=True),
    Column("recipient", String(254), nullable=False, info=PERSONAL),
    Column("state", String(12), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("response", Text, nullable=False),
    Column("batch_id", String(24)),
    Index("outbox_by_state", "state", "next_attempt_at"),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("outcome_id", String(80), primary_key=True, info=PERSONAL),
    Column("touchpoint_id", ForeignKey("touchpoints.touchpoint_id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("at", Instant, nullable=False),
    Column("detail", Text, nullable=False, info=PERSONAL),
    Index("outcomes_by_touchpoint", "touchpoint_id"),
)
