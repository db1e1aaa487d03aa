"""The table of who was found alive."""

from collections.abc import Collection

from sqlalchemy import Connection, insert, select

from guildpost_agent.adapters.sql.tables.returns import found_alive
from guildpost_agent.domain.letter_returns import FoundAlive


class SqlFoundAlive:
    """Proof lines; append-only."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, line: FoundAlive) -> None:
        """Store a line."""
        self._connection.execute(insert(found_alive).values(**vars(line)))

    def of(self, customer_ids: Collection[str]) -> list[FoundAlive]:
        """List the lines about some customer numbers, oldest first."""
        wanted = select(found_alive).where(found_alive.c.customer_id.in_(customer_ids)).order_by(found_alive.c.seq)
        rows = self._connection.execute(wanted).mappings()
        return [FoundAlive(row["customer_id"], row["at"], row["by_whom"], row["reason"]) for row in rows]
