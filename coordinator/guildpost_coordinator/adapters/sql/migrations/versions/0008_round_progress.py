"""Rounds that can be followed, resumed and repeated: how far they came, and what an interrupted one goes on from."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Apply; of rounds before this nobody knows how far they came, so none of them is repeated."""
    op.add_column("rounds", sa.Column("attempt", sa.Integer, nullable=False, server_default="1"))
    op.add_column("rounds", sa.Column("resumed", sa.Integer, nullable=False, server_default="0"))
    op.add_column("rounds", sa.Column("stage", sa.Integer))
    op.add_column("rounds", sa.Column("joined", sa.Integer, nullable=False, server_default="0"))
    op.add_column("rounds", sa.Column("waiting", sa.Integer, nullable=False, server_default="0"))
    op.execute("UPDATE rounds SET stage = 4")
    op.create_table(
        "round_journals",
        sa.Column("round_id", sa.String(160), sa.ForeignKey("rounds.round_id"), primary_key=True),
        sa.Column("part", sa.Integer, primary_key=True),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
