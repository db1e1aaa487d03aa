"""Persons, households and what a person decided about pairs of records."""

import sqlalchemy as sa
from alembic import op

from guildpost_agent.adapters.sql.tables import Instant

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "persons",
        sa.Column("customer_id", sa.String(40), primary_key=True),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("household_id", sa.String(40), nullable=False),
    )
    op.create_index("persons_by_person", "persons", ["person_id"])
    op.create_index("persons_by_household", "persons", ["household_id"])
    op.create_table(
        "match_keys",
        sa.Column("key", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("customer_id", sa.String(40), primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("match_keys_by_customer", "match_keys", ["customer_id"])
    op.create_table(
        "review_pairs",
        sa.Column("customer_id", sa.String(40), primary_key=True),
        sa.Column("other_id", sa.String(40), primary_key=True),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
    )
    op.create_table(
        "verdicts",
        sa.Column("customer_id", sa.String(40), primary_key=True),
        sa.Column("other_id", sa.String(40), primary_key=True),
        sa.Column("same", sa.Boolean(), nullable=False),
        sa.Column("decided_at", Instant(32), nullable=False),
        sa.Column("decided_by", sa.String(60), nullable=False),
    )
    op.create_table(
        "merge_log",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("at", Instant(32), nullable=False),
        sa.Column("customer_id", sa.String(40), nullable=False),
        sa.Column("from_person", sa.String(40), nullable=False),
        sa.Column("to_person", sa.String(40), nullable=False),
    )
