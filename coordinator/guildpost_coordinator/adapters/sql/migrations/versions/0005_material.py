"""Material with its steps, and the brand's people."""

import sqlalchemy as sa
from alembic import op

from guildpost_coordinator.adapters.sql.tables import Instant

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "people",
        sa.Column("person_id", sa.String(24), primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("email", sa.String(255), nullable=False, unique=True),
        sa.Column("rights", sa.JSON, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False, index=True),
    )
    op.create_table(
        "materials",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("edition", sa.Integer, nullable=False),
        sa.Column("state", sa.String(24), nullable=False, index=True),
        sa.Column("publish_at", Instant),
        sa.Column("publication_id", sa.String(24), nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.UniqueConstraint("key", "edition"),
    )
    op.create_table(
        "material_steps",
        sa.Column("position", sa.Integer, sa.ForeignKey("materials.position"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("event", sa.String(24), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("person_id", sa.String(24), nullable=False),
        sa.Column("person", sa.String(120), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        sa.Column("contents", sa.JSON, nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
    )
