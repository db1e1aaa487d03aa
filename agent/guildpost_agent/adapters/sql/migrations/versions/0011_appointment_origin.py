"""Which planner brought an appointment; empty for the dealer management system."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Apply."""
    op.add_column("appointments", sa.Column("origin", sa.String(40), nullable=False, server_default=""))
    op.add_column("staged_appointments", sa.Column("origin", sa.String(40), nullable=False, server_default=""))
