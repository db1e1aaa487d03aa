"""Which message of its sequence a touchpoint is, and which other occasions it carries along."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Apply."""
    op.add_column("touchpoints", sa.Column("touch_id", sa.String(40), nullable=False, server_default=""))
    op.add_column("touchpoints", sa.Column("bundled", sa.JSON, nullable=False, server_default="[]"))
