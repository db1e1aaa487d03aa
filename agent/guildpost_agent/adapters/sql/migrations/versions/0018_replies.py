"""What came into the mailbox: messages dealt with, and customers' replies for the staff."""

import sqlalchemy as sa
from alembic import op

from guildpost_agent.adapters.sql.tables.base import Instant

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "arrivals",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("at", Instant, nullable=False),
    )
    op.create_table(
        "replies",
        sa.Column("reply_id", sa.String(24), primary_key=True),
        sa.Column("customer_id", sa.String(40), nullable=False),
        sa.Column("touchpoint_id", sa.String(64), nullable=False),
        sa.Column("received_at", Instant, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("acted", sa.String(16), nullable=False),
        sa.Column("sender", sa.String(320), nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("closed_at", Instant),
        sa.Column("closed_by", sa.String(120), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_index("replies_by_state", "replies", ["state", "received_at"])
    op.create_index("replies_by_customer", "replies", ["customer_id"])
