"""The table of holds, asked for all records of a person at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from guildpost_agent.adapters.sql.people import SqlPeople
from guildpost_agent.adapters.sql.prepared import Prepared, among
from guildpost_agent.adapters.sql.tables.holds import hold_steps, holds
from guildpost_agent.domain.holds import Hold, HoldKind, HoldStep, HoldStepKind, weightiest

_COLUMNS = (holds.c.customer_id, holds.c.kind, holds.c.since, holds.c.until)
_OF: Final = Prepared(lambda: select(*_COLUMNS).where(holds.c.customer_id == bindparam("id")))
_ON: Final = Prepared(lambda: select(*_COLUMNS).where(among(holds.c.customer_id)))


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

    def on_records(self, customer_ids: Collection[str]) -> list[Hold]:
        """List the holds that stand on some customer numbers."""
        return _read(_ON.rows(self._connection, ids=list(customer_ids)))

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

    def note(self, step: HoldStep) -> None:
        """Note who set or lifted a hold; a step is never changed."""
        self._connection.execute(insert(hold_steps).values(**vars(step)))

    def steps(self, customer_ids: Collection[str] | None = None) -> list[HoldStep]:
        """Give the steps about these customer numbers, or all of them, in the order in which they were done."""
        found = select(*(hold_steps.c[field.name] for field in fields(HoldStep))).order_by(hold_steps.c.seq)
        if customer_ids is not None:
            found = found.where(hold_steps.c.customer_id.in_(customer_ids))
        return [
            HoldStep(customer_id, HoldKind(kind), HoldStepKind(step), *rest)
            for customer_id, kind, step, *rest in self._connection.execute(found)
        ]


def _read(rows: Iterable[Any]) -> list[Hold]:
    return [Hold(customer_id, HoldKind(kind), since, until) for customer_id, kind, since, until in rows]
