"""What an order's invoice came to, where the dealer wants it read."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Apply."""
    op.add_column("jobs", sa.Column("invoice_cents", sa.Integer))
    op.add_column("staged_jobs", sa.Column("invoice_cents", sa.Integer))
