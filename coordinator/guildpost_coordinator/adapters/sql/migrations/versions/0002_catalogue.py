"""Publications on their way into the catalogue."""

import sqlalchemy as sa
from alembic import op

from guildpost_coordinator.adapters.sql.tables import Instant

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "publications",
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("publication_id", sa.String(24), nullable=False, unique=True),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("changes", sa.JSON, nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
    )
    op.create_table(
        "role_proposals",
        sa.Column("publication_id", sa.String(24), sa.ForeignKey("publications.publication_id"), primary_key=True),
        sa.Column("role", sa.String(16), primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("to_sign", sa.LargeBinary, nullable=False),
        sa.Column("signature", sa.LargeBinary(64)),
    )
    op.create_table(
        "catalogue_contents",
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
