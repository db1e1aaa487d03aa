"""Rounds that move a model: where the catalogue holds what a round left, and what is believed between rounds."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Apply."""
    op.add_column("releases", sa.Column("path", sa.String(160), nullable=False, server_default=""))
    op.execute("UPDATE releases SET path = 'releases/' || study_id || '/' || period || '.json'")
    op.create_table(
        "beliefs",
        sa.Column("study_id", sa.String(120), primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
