"""A call task knows the instant at which it is best made, where the network has learned one."""

import sqlalchemy as sa
from alembic import op

from guildpost_agent.adapters.sql.tables.base import Instant

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Add the column; calls that were planned before have no best time."""
    op.add_column("call_tasks", sa.Column("best_at", Instant))
