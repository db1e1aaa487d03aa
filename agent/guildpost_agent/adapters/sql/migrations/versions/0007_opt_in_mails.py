"""Mails that ask for the confirmation of an opt-in."""

import sqlalchemy as sa
from alembic import op

from guildpost_agent.adapters.sql.tables.base import Instant

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "opt_in_mails",
        sa.Column("request_id", sa.String(24), sa.ForeignKey("opt_in_requests.request_id"), primary_key=True),
        sa.Column("message_id", sa.String(120), nullable=False, unique=True),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", Instant, nullable=False),
        sa.Column("changed_at", Instant, nullable=False),
        sa.Column("response", sa.Text, nullable=False),
        sa.Column("mailed_at", Instant),
    )
    op.create_index("opt_in_mails_by_state", "opt_in_mails", ["state", "next_attempt_at"])
