"""Leases: one step, one runner, whatever crashes."""

from datetime import datetime

from sqlalchemy import Connection, delete, or_
from sqlalchemy.dialects.sqlite import insert

from guildpost_agent.adapters.sql.tables import leases


class SqlLeases:
    """Leases with an expiry, taken by compare-and-set in one statement."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def acquire(self, name: str, *, holder: str, now: datetime, until: datetime) -> bool:
        """Take the lease if it is free, expired or already the holder's."""
        row = insert(leases).values(name=name, holder=holder, until=until)
        taken = self._connection.execute(
            row.on_conflict_do_update(
                index_elements=["name"],
                set_={"holder": row.excluded.holder, "until": row.excluded.until},
                where=or_(leases.c.until <= now, leases.c.holder == holder),
            )
        )
        return taken.rowcount == 1

    def release(self, name: str, *, holder: str) -> None:
        """Give it back; somebody else's lease is left alone."""
        self._connection.execute(delete(leases).where(leases.c.name == name, leases.c.holder == holder))
