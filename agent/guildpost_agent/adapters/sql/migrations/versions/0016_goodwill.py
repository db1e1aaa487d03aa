"""The ledger of goodwill credits, which the database itself keeps append-only."""

import sqlalchemy as sa
from alembic import op

from guildpost_agent.adapters.sql.tables.base import Instant

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "goodwill_entries",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("credit_id", sa.String(24), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("customer_id", sa.String(40), nullable=False),
        sa.Column("cents", sa.Integer, nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("by_whom", sa.String(80), nullable=False),
        sa.Column("expires_on", sa.Date),
    )
    op.create_index("goodwill_by_customer", "goodwill_entries", ["customer_id"])
    op.create_index("goodwill_by_credit", "goodwill_entries", ["credit_id"])
    op.execute(
        "CREATE TRIGGER goodwill_append_only BEFORE UPDATE ON goodwill_entries "
        "BEGIN SELECT RAISE(ABORT, 'goodwill_entries is append-only'); END"
    )
