"""The egress ledger's table: appended to, never changed."""

from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from guildpost_agent.adapters.sql.tables import egress_ledger
from guildpost_agent.app.ports.unit_of_work import LedgerEntry


class SqlEgressLedger:
    """The append-only record of the one gate."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, entry: LedgerEntry) -> None:
        """Add an entry; its number must be new."""
        self._connection.execute(insert(egress_ledger).values(**vars(entry)))

    def last(self) -> LedgerEntry | None:
        """Return the youngest entry."""
        newest = select(egress_ledger).order_by(egress_ledger.c.seq.desc()).limit(1)
        row = self._connection.execute(newest).mappings().one_or_none()
        return None if row is None else LedgerEntry(**row)

    def get(self, seq: int) -> LedgerEntry | None:
        """Return an entry by its number."""
        row = self._connection.execute(select(egress_ledger).where(egress_ledger.c.seq == seq)).mappings().one_or_none()
        return None if row is None else LedgerEntry(**row)

    def count_since(self, destination: str, kind: str, since: datetime) -> int:
        """Count the entries of a kind from an instant on."""
        rows = egress_ledger.c
        found = select(func.count()).where(rows.destination == destination, rows.kind == kind, rows.at >= since)
        return int(self._connection.scalar(found) or 0)

    def all(self) -> list[LedgerEntry]:
        """List every entry, oldest first."""
        rows = self._connection.execute(select(egress_ledger).order_by(egress_ledger.c.seq))
        return [LedgerEntry(**row) for row in rows.mappings()]
