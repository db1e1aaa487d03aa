"""Customers to be called."""

from sqlalchemy import JSON, Column, Date, Index, Integer, String, Table

from guildpost_agent.adapters.sql.tables.base import PERSONAL, Instant, metadata

call_tasks = Table(
    "call_tasks",
    metadata,
    Column("task_id", String(24), primary_key=True),
    Column("occasion_id", String(64), nullable=False, info=PERSONAL),
    Column("customer_id", String(40), nullable=False, info=PERSONAL),
    Column("vehicle_id", String(40), nullable=False, info=PERSONAL),
    Column("service_id", String(40), nullable=False),
    Column("desk", String(12), nullable=False),
    Column("reason", String(40), nullable=False),
    Column("purpose", String(40), nullable=False),
    Column("basis", String(24), nullable=False),
    Column("proof", JSON, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("opens", Date, nullable=False, info=PERSONAL),
    Column("closes", Date, nullable=False, info=PERSONAL),
    Column("context", JSON, nullable=False, info=PERSONAL),
    Column("state", String(12), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("not_before", Instant),
    Column("best_at", Instant),
    Column("notes", JSON, nullable=False, info=PERSONAL),
    Column("result", String(16)),
    Column("result_on", Date, info=PERSONAL),
    Column("result_months", Integer),
    Column("created_at", Instant, nullable=False),
    Column("closed_at", Instant, info=PERSONAL),
    Column("closed_by", String(120), nullable=False, info=PERSONAL),
    Index("call_tasks_by_state", "state", "closes"),
    Index("call_tasks_by_customer", "customer_id"),
)
