"""The outcomes table."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from guildpost_agent.adapters.sql.bulk import read_rows
from guildpost_agent.adapters.sql.prepared import Prepared
from guildpost_agent.adapters.sql.tables import outcomes
from guildpost_agent.domain.records import Outcome

_ADD: Final = Prepared(
    lambda: (
        insert(outcomes)
        .values({column.name: bindparam(column.name) for column in outcomes.c})
        .on_conflict_do_nothing(index_elements=["outcome_id"])
    )
)

_OUTCOME: Final = tuple(Outcome.__dataclass_fields__)
_OLDEST_FIRST: Final = itemgetter(_OUTCOME.index("at"), 0)


def _oldest_first(rows: Iterable[tuple[Any, ...]]) -> list[Outcome]:
    return [Outcome(*row) for row in sorted(rows, key=_OLDEST_FIRST)]


class SqlOutcomes:
    """What came back; an outcome counts once by its id."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, rows: Sequence[Outcome]) -> int:
        """Store outcomes, ignoring those already known by id; return how many were new."""
        return _ADD.run_all(self._connection, map(vars, rows)) if rows else 0

    def take_back(self, outcome_ids: Iterable[str]) -> None:
        """Forget outcomes that turned out not to be."""
        for outcome_id in outcome_ids:
            self._connection.execute(delete(outcomes).where(outcomes.c.outcome_id == outcome_id))

    def all(self) -> list[Outcome]:
        """List everything, oldest first."""
        return _oldest_first(read_rows(self._connection, outcomes, _OUTCOME))

    def of_kinds(self, kinds: Collection[str]) -> list[Outcome]:
        """List what came back of some kinds, oldest first."""
        return _oldest_first(read_rows(self._connection, outcomes, _OUTCOME, ("kind", sorted(kinds))))

    def first_of(self, kind: str) -> dict[str, datetime]:
        """Give by touchpoint the first instant at which something of a kind came back."""
        found: dict[str, datetime] = {}
        for touchpoint_id, at in read_rows(self._connection, outcomes, ("touchpoint_id", "at"), ("kind", [kind])):
            if found.setdefault(touchpoint_id, at) > at:
                found[touchpoint_id] = at
        return found

    def of(self, touchpoint_id: str) -> list[Outcome]:
        """List what came back for one touchpoint, oldest first."""
        rows = self._connection.execute(
            select(outcomes)
            .where(outcomes.c.touchpoint_id == touchpoint_id)
            .order_by(outcomes.c.at, outcomes.c.outcome_id)
        )
        return [Outcome(**row) for row in rows.mappings()]
