"""Customers to be called."""

import sqlalchemy as sa
from alembic import op

from guildpost_agent.adapters.sql.tables.base import Instant

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "call_tasks",
        sa.Column("task_id", sa.String(24), primary_key=True),
        sa.Column("occasion_id", sa.String(64), nullable=False),
        sa.Column("customer_id", sa.String(40), nullable=False),
        sa.Column("vehicle_id", sa.String(40), nullable=False),
        sa.Column("service_id", sa.String(40), nullable=False),
        sa.Column("desk", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("basis", sa.String(24), nullable=False),
        sa.Column("proof", sa.JSON, nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("opens", sa.Date, nullable=False),
        sa.Column("closes", sa.Date, nullable=False),
        sa.Column("context", sa.JSON, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("not_before", Instant),
        sa.Column("notes", sa.JSON, nullable=False),
        sa.Column("result", sa.String(16)),
        sa.Column("result_on", sa.Date),
        sa.Column("result_months", sa.Integer),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("closed_at", Instant),
        sa.Column("closed_by", sa.String(120), nullable=False),
    )
    op.create_index("call_tasks_by_state", "call_tasks", ["state", "closes"])
    op.create_index("call_tasks_by_customer", "call_tasks", ["customer_id"])
