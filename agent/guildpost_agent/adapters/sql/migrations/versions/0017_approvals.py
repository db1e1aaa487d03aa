"""Verdicts about proposed messages, which the database itself keeps append-only."""

import sqlalchemy as sa
from alembic import op

from guildpost_agent.adapters.sql.tables.base import Instant

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "approvals",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("touchpoint_id", sa.String(24), sa.ForeignKey("touchpoints.touchpoint_id"), nullable=False),
        sa.Column("verdict", sa.String(12), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("by_whom", sa.String(80), nullable=False),
    )
    op.create_index("approvals_by_touchpoint", "approvals", ["touchpoint_id"])
    op.execute(
        "CREATE TRIGGER approvals_append_only BEFORE UPDATE ON approvals "
        "BEGIN SELECT RAISE(ABORT, 'approvals is append-only'); END"
    )
