"""A customer's mark keeps what the contribution cost, so that the year's budget over all studies and brands adds up."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Add the columns; of what was counted before, only ε and the quarter are known."""
    op.add_column("contributed_customers", sa.Column("brand", sa.String(12), nullable=False, server_default=""))
    op.add_column("contributed_customers", sa.Column("period", sa.String(24), nullable=False, server_default=""))
    op.add_column("contributed_customers", sa.Column("day", sa.Date))
    op.add_column("contributed_customers", sa.Column("l1", sa.Integer))
    op.add_column("contributed_customers", sa.Column("l2_squared", sa.Integer))
    op.add_column("contributed_customers", sa.Column("variance", sa.Float))
