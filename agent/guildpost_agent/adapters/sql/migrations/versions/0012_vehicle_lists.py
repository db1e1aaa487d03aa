"""The dealer's own lists of vehicles, and their rows whose vehicle is not known here."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "vehicle_lists",
        sa.Column("list_id", sa.String(40), primary_key=True),
        sa.Column("vehicle_id", sa.String(40), primary_key=True),
        sa.Column("reference", sa.String(40), primary_key=True),
        sa.Column("entered_on", sa.Date, nullable=False),
        sa.Column("text", sa.String(240), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("done_on", sa.Date),
    )
    op.create_table(
        "vehicle_list_waiting",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("list_id", sa.String(40), nullable=False),
        sa.Column("written", sa.String(40), nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("entered_on", sa.Date, nullable=False),
        sa.Column("text", sa.String(240), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.UniqueConstraint("list_id", "written", "reference", name="vehicle_list_waiting_once"),
    )
