"""People's rights: restrictions, tombstones, files that must go, the log of what was exercised."""

import sqlalchemy as sa
from alembic import op

from guildpost_agent.adapters.sql.tables.base import Instant

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "restrictions",
        sa.Column("customer_id", sa.String(40), primary_key=True),
        sa.Column("reason", sa.String(12), primary_key=True),
        sa.Column("since", Instant, nullable=False),
    )
    op.create_table(
        "known_since",
        sa.Column("customer_id", sa.String(40), primary_key=True),
        sa.Column("on", sa.Date, nullable=False),
    )
    op.create_table(
        "tombstones",
        sa.Column("mark", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(8), primary_key=True),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(12), nullable=False),
        sa.Column("since", Instant, nullable=False),
    )
    op.create_index("tombstones_by_person", "tombstones", ["person"])
    op.create_table(
        "doomed_files",
        sa.Column("name", sa.String(300), primary_key=True),
        sa.Column("not_before", Instant, nullable=False),
    )
    op.create_table(
        "rights_log",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("reference", sa.String(64), nullable=False),
        sa.Column("counts", sa.JSON, nullable=False),
    )
