"""An appointment names all services that it is for, so their ids need more room."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Widen the column; SQLite makes the table anew."""
    for name in ("appointments", "staged_appointments"):
        with op.batch_alter_table(name) as table:
            table.alter_column("occasion", existing_type=sa.String(40), type_=sa.String(400), existing_nullable=False)
