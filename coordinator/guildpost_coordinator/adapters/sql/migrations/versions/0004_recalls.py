"""Recalls: publications that one role signs alone."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply."""
    op.add_column("publications", sa.Column("alone", sa.String(16), nullable=False, server_default=""))
