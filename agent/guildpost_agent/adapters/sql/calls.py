"""The table of call tasks."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, bindparam, select, update
from sqlalchemy.dialects.sqlite import insert

from guildpost_agent.adapters.sql.prepared import Prepared, among, looked_at_last
from guildpost_agent.adapters.sql.tables.calls import call_tasks
from guildpost_agent.domain.call_results import ResultKind, from_stored, to_stored
from guildpost_agent.domain.call_tasks import CallReason, CallState, CallTask, Desk, Note, Priority
from guildpost_agent.domain.consent.terms import Basis, Purpose

_WORDS: Final[dict[str, Any]] = {
    "desk": Desk, "reason": CallReason, "purpose": Purpose, "basis": Basis, "priority": Priority, "state": CallState,
}  # fmt: skip


def _values(task: CallTask) -> dict[str, Any]:
    kind, on, months = to_stored(task.result) if task.result is not None else (None, None, None)
    return {
        **vars(task),
        **{name: getattr(task, name).value for name in _WORDS},
        "proof": list(task.proof),
        "context": list(task.context),
        "notes": [[note.at.isoformat(), note.by, note.text] for note in task.notes],
        "result": kind,
        "result_on": on,
        "result_months": months,
    }


def _task(row: RowMapping | dict[str, Any]) -> CallTask:
    values = dict(row)
    kind, on, months = (values.pop(name) for name in ("result", "result_on", "result_months"))
    return CallTask(**{
        **values,
        **{name: word(values[name]) for name, word in _WORDS.items()},
        "proof": tuple(values["proof"]),
        "context": tuple(values["context"]),
        "notes": tuple(Note(datetime.fromisoformat(at), by, text) for at, by, text in values["notes"]),
        "result": None if kind is None else from_stored(ResultKind(kind), on, months),
    })  # fmt: skip


_CLOSED: Final = (
    select(call_tasks)
    .where(call_tasks.c.closed_at >= bindparam("since"))
    .order_by(call_tasks.c.closed_at, call_tasks.c.task_id)
)
_MADE: Final = _CLOSED.where(call_tasks.c.state == CallState.DONE.value)
_MADE_TO: Final = Prepared(
    lambda: _CLOSED.where(looked_at_last(call_tasks.c.state) == CallState.DONE.value, among(call_tasks.c.customer_id))
)
_NAMES: Final = tuple(column.name for column in call_tasks.c)


class SqlCalls:
    """Call tasks; each change is a compare-and-set."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, task: CallTask) -> bool:
        """Store a new task; one that is known by its id is left as it is. Say whether it was new."""
        statement = insert(call_tasks).values(_values(task)).on_conflict_do_nothing()
        return self._connection.execute(statement).rowcount == 1

    def get(self, task_id: str) -> CallTask | None:
        """Find a task."""
        found = self._connection.execute(select(call_tasks).where(call_tasks.c.task_id == task_id))
        return next((_task(row) for row in found.mappings()), None)

    def open(self) -> list[CallTask]:
        """List the open tasks in the order in which they want to be done."""
        found = self._connection.execute(select(call_tasks).where(call_tasks.c.state == CallState.OPEN.value))
        return sorted((_task(row) for row in found.mappings()), key=lambda task: task.rank)

    def of(self, customer_id: str) -> list[CallTask]:
        """List a customer's tasks, oldest first."""
        mine = select(call_tasks).where(call_tasks.c.customer_id == customer_id)
        found = self._connection.execute(mine.order_by(call_tasks.c.created_at, call_tasks.c.task_id))
        return [_task(row) for row in found.mappings()]

    def made_since(self, since: datetime, customer_ids: Collection[str] | None = None) -> list[CallTask]:
        """List the tasks that were closed with a result at an instant or later, of everybody or certain customers."""
        if customer_ids is None:
            return [_task(row) for row in self._connection.execute(_MADE, {"since": since}).mappings()]
        rows = _MADE_TO.rows(self._connection, since=since, ids=list(customer_ids))
        return [_task(dict(zip(_NAMES, row, strict=True))) for row in rows]

    def change(self, task: CallTask, expected: CallTask) -> bool:
        """Store a task's new state if the stored one is still the expected one; say whether it was."""
        then = _values(expected)
        same = (call_tasks.c[name] == then[name] for name in ("task_id", "state", "tries", "notes"))
        return self._connection.execute(update(call_tasks).where(*same).values(_values(task))).rowcount == 1
