"""The one certificate with which each signing role may connect."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "signer_certificates",
        sa.Column("role", sa.String(16), primary_key=True),
        sa.Column("serial", sa.String(40), nullable=False),
    )
