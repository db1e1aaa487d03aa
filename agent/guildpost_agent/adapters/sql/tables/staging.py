"""What an import has read and not yet applied: the mirror's tables again, each row with its place in the delivery.

Rows are staged in short transactions and applied in one; the order of ``stage_id`` decides which of two rows with the
same key wins. Whatever an import that broke off left here is thrown away by the next one.
"""

from typing import Final

from sqlalchemy import Boolean, Column, Date, Integer, String, Table

from guildpost_agent.adapters.sql.tables.base import PERSONAL, Instant, metadata
from guildpost_agent.adapters.sql.tables.mirror import appointments, customers, jobs, vehicles, wheel_sets


def _staged(table: Table) -> Table:
    columns = [Column(c.name, c.type, nullable=c.nullable, info=dict(c.info)) for c in table.c]
    place = [Column("stage_id", Integer, primary_key=True), Column("source", Integer, nullable=False)]
    return Table(f"staged_{table.name}", metadata, *place, *columns)


STAGED: Final = {table.name: _staged(table) for table in (customers, vehicles, jobs, appointments, wheel_sets)}

staged_statements = Table(
    "staged_statements",
    metadata,
    Column("stage_id", Integer, primary_key=True),
    Column("source", Integer, nullable=False),
    Column("customer_id", String(40), nullable=False, info=PERSONAL),
    Column("channel", String(12), nullable=False),
    Column("purpose", String(40), nullable=False),
    Column("given", Boolean, nullable=False),
    Column("given_at", Instant, info=PERSONAL),
    Column("origin", String(200), nullable=False, info=PERSONAL),
    Column("text_version", String(60), nullable=False),
    Column("valid_from", Date, info=PERSONAL),
    Column("valid_to", Date, info=PERSONAL),
)
