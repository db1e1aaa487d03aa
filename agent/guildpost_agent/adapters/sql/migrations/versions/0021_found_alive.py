"""Who said that somebody is not dead, whom a returned letter had said to be; the database keeps it append-only."""

import sqlalchemy as sa
from alembic import op

from guildpost_agent.adapters.sql.tables.base import Instant

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "found_alive",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("customer_id", sa.String(40), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("by_whom", sa.String(80), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
    )
    op.create_index("found_alive_by_customer", "found_alive", ["customer_id"])
    op.execute(
        "CREATE TRIGGER found_alive_append_only BEFORE UPDATE ON found_alive "
        "BEGIN SELECT RAISE(ABORT, 'found_alive is append-only'); END"
    )
