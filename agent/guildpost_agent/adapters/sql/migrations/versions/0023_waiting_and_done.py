"""A row that waits for its vehicle keeps the day on which it was done or signed, so that the day counts on arrival."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Add the column."""
    op.add_column("vehicle_list_waiting", sa.Column("done_on", sa.Date))
