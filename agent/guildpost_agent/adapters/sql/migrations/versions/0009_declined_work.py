"""Work that a customer declined, as the dealer management system marks it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Apply."""
    op.add_column("jobs", sa.Column("declined", sa.Boolean, nullable=False, server_default="0"))
    op.add_column("staged_jobs", sa.Column("declined", sa.Boolean, nullable=False, server_default="0"))
