"""What the lists say about one vehicle is looked up for every message about it."""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Add the index."""
    op.create_index("vehicle_lists_by_vehicle", "vehicle_lists", ["vehicle_id"])
