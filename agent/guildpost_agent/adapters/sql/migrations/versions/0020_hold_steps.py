"""Who set and lifted holds, when and why; the database itself keeps it append-only."""

import sqlalchemy as sa
from alembic import op

from guildpost_agent.adapters.sql.tables.base import Instant

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "hold_steps",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("customer_id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("step", sa.String(8), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("by_whom", sa.String(80), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
    )
    op.create_index("hold_steps_by_customer", "hold_steps", ["customer_id"])
    op.execute(
        "CREATE TRIGGER hold_steps_append_only BEFORE UPDATE ON hold_steps "
        "BEGIN SELECT RAISE(ABORT, 'hold_steps is append-only'); END"
    )
