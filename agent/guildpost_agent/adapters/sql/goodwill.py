"""The ledger of goodwill credits."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import Final

from sqlalchemy import Connection, insert, select
from sqlalchemy.sql.elements import ColumnElement

from guildpost_agent.adapters.sql.tables.goodwill import goodwill_entries
from guildpost_agent.domain.goodwill.ledger import Entry, Kind

_COLUMNS: Final = [goodwill_entries.c[field.name] for field in fields(Entry)]


class SqlGoodwill:
    """A ``Goodwill`` on the agent's database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, entries: Sequence[Entry]) -> None:
        """Add lines at the end."""
        if entries:
            self._connection.execute(insert(goodwill_entries), [vars(entry) for entry in entries])

    def all(self) -> list[Entry]:
        """List every line, oldest first."""
        return self._where()

    def of(self, customer_ids: Collection[str]) -> list[Entry]:
        """List the lines of some customers, oldest first."""
        return self._where(goodwill_entries.c.customer_id.in_(sorted(customer_ids)))

    def of_credit(self, credit_id: str) -> list[Entry]:
        """List the lines of one credit, oldest first."""
        return self._where(goodwill_entries.c.credit_id == credit_id)

    def _where(self, *conditions: ColumnElement[bool]) -> list[Entry]:
        rows = self._connection.execute(select(*_COLUMNS).where(*conditions).order_by(goodwill_entries.c.seq))
        return [Entry(**{**row._mapping, "kind": Kind(row.kind)}) for row in rows]  # noqa: SLF001 — SQLAlchemy's public name for it
