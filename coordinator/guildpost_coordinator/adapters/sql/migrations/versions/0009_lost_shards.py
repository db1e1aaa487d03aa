"""How much of a large network a released round had to do without."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Apply; of rounds before this nobody has noted it."""
    op.add_column("rounds", sa.Column("lost_shards", sa.Integer, nullable=False, server_default="0"))
    op.add_column("rounds", sa.Column("lost_agents", sa.Integer, nullable=False, server_default="0"))
