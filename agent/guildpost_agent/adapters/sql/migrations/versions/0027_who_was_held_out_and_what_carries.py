"""Every plan asks who was held out and which messages carry others along: few rows, known by an index each."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Index only the rows that are asked for."""
    op.create_index("decisions_held_out", "decisions", ["occasion_id"], sqlite_where=sa.text("reason = 'HOLDOUT'"))
    op.create_index("touchpoints_that_carry", "touchpoints", ["touchpoint_id"], sqlite_where=sa.text("bundled <> '[]'"))
