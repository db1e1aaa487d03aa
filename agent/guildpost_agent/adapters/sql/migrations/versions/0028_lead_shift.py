"""A reminder remembers how far the dealership's best lead time was thought to lie from the network's."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Reminders planned before count as they are."""
    op.add_column("touchpoints", sa.Column("lead_shift", sa.Integer(), nullable=False, server_default="0"))
