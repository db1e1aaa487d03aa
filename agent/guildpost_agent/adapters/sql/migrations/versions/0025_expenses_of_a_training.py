"""A customer's mark keeps everything that a study releases about it: a training has several releases, paid at once."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Write the one expense of what was counted so far as a list; the names of a training's rounds are longer."""
    op.add_column("contributed_customers", sa.Column("expenses", sa.Text))
    op.execute(
        "UPDATE contributed_customers SET expenses = '[[' || l1 || ',' || l2_squared || ',' || variance || ']]' "
        "WHERE variance IS NOT NULL"
    )
    with op.batch_alter_table("contributed_customers") as table:
        for name in ("l1", "l2_squared", "variance"):
            table.drop_column(name)
        table.alter_column("period", type_=sa.String(40), existing_nullable=False, existing_server_default="")
    for name in ("rounds", "contributions"):
        with op.batch_alter_table(name) as table:
            table.alter_column("period", type_=sa.String(40), existing_nullable=False)
