"""Segments and scores."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "customer_segments",
        sa.Column("customer_id", sa.String(40), primary_key=True),
        sa.Column("stage", sa.String(40), nullable=False),
        sa.Column("recency_days", sa.Integer),
        sa.Column("visits", sa.Integer, nullable=False),
        sa.Column("hours", sa.Float, nullable=False),
        sa.Column("value_band", sa.String(40), nullable=False),
        sa.Column("loyalty", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("age_band", sa.String(40), nullable=False),
        sa.Column("computed_on", sa.Date, nullable=False),
    )
    op.create_index("customer_segments_by_stage", "customer_segments", ["stage"])
    op.create_table(
        "service_potential",
        sa.Column("vehicle_id", sa.String(40), primary_key=True),
        sa.Column("service_id", sa.String(40), primary_key=True),
        sa.Column("customer_id", sa.String(40), nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
    )
    op.create_index("service_potential_by_customer", "service_potential", ["customer_id"])
    op.create_index("service_potential_by_service", "service_potential", ["service_id", "score"])
