"""The table of holds, asked for all records of a person at once."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from guildpost_agent.adapters.sql.people import SqlPeople
from guildpost_agent.adapters.sql.prepared import Prepared
from guildpost_agent.adapters.sql.tables.holds import holds
from guildpost_agent.domain.holds import Hold, HoldKind, weightiest

_COLUMNS = (holds.c.customer_id, holds.c.kind, holds.c.since, holds.c.until)
_OF: Final = Prepared(lambda: select(*_COLUMNS).where(holds.c.customer_id == bindparam("id")))


class SqlHolds:
    """Holds by customer and kind."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._people = SqlPeople(connection)

    def in_force(self, today: date) -> dict[str, Hold]:
        """Give the weightiest hold for each customer number that it covers, other records of the person included."""
        covering: defaultdict[str, list[Hold]] = defaultdict(list)
        for hold in self.all():
            if hold.covers(today):
                for one in self._people.records_of(hold.customer_id):
                    covering[one].append(hold)
        return {one: found for one, theirs in covering.items() if (found := weightiest(theirs, today))}

    def of(self, customer_id: str, today: date) -> Hold | None:
        """Give the weightiest hold that covers one customer number now."""
        theirs = self._people.records_of(customer_id)
        return weightiest(_read(row for one in theirs for row in _OF.rows(self._connection, id=one)), today)

    def all(self) -> list[Hold]:
        """List every hold, oldest first."""
        order = (holds.c.since, holds.c.customer_id, holds.c.kind)
        return _read(self._connection.execute(select(*_COLUMNS).order_by(*order)))

    def set(self, hold: Hold) -> None:
        """Store a hold, replacing one of the same customer and kind."""
        row = insert(holds).values(**vars(hold))
        changed = {"since": row.excluded.since, "until": row.excluded.until}
        self._connection.execute(row.on_conflict_do_update(index_elements=["customer_id", "kind"], set_=changed))

    def lift(self, customer_id: str, kind: HoldKind | None = None) -> int:
        """Remove the person's holds, or those of a kind; return how many."""
        kinds = list(HoldKind) if kind is None else [kind]
        mine = (holds.c.customer_id.in_(self._people.records_of(customer_id)), holds.c.kind.in_(kinds))
        return self._connection.execute(delete(holds).where(*mine)).rowcount


def _read(rows: Iterable[Any]) -> list[Hold]:
    return [Hold(customer_id, HoldKind(kind), since, until) for customer_id, kind, since, until in rows]
