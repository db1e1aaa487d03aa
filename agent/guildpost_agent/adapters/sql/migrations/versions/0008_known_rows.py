"""What an import asks of every row it has seen before, and what its report counts, without reading the rows."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Apply."""
    for table in ("customers", "vehicles", "jobs"):
        op.create_index(f"{table}_by_digest", table, ["row_digest"])
    op.create_index("due_dates_by_triage", "due_dates", ["service_id", "triage"])
