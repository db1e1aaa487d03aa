"""The outbox table."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, case, func, insert, select, update

from guildpost_agent.adapters.sql.prepared import Prepared, among
from guildpost_agent.adapters.sql.tables import outbox
from guildpost_agent.app.ports.plans import Move
from guildpost_agent.app.ports.unit_of_work import OutboxJob

_COLUMNS: Final = tuple(outbox.c[name] for name in OutboxJob.__dataclass_fields__)
_GET: Final = Prepared(lambda: select(*_COLUMNS).where(outbox.c.touchpoint_id == bindparam("id")))
_SOME: Final = Prepared(lambda: select(*_COLUMNS).where(among(outbox.c.touchpoint_id)))
_IN_STATE: Final = Prepared(
    lambda: (
        select(*_COLUMNS)
        .where(outbox.c.channel == bindparam("channel"), outbox.c.state == bindparam("state"))
        .order_by(outbox.c.next_attempt_at, outbox.c.touchpoint_id)
    )
)
_response: Final[Any] = bindparam("response", type_=outbox.c.response.type)
_MOVE: Final = Prepared(
    lambda: (
        update(outbox)
        .where(outbox.c.touchpoint_id == bindparam("id"), outbox.c.state == bindparam("expected"))
        .values(
            state=bindparam("to"),
            changed_at=bindparam("now"),
            response=case((_response == "", outbox.c.response), else_=_response),
            batch_id=func.coalesce(bindparam("batch_id"), outbox.c.batch_id),
        )
    )
)


class SqlOutbox:
    """Messages on their way; each state change is a compare-and-set."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, job: OutboxJob) -> None:
        """Store a new job."""
        self._connection.execute(insert(outbox).values(**vars(job)))

    def get(self, touchpoint_id: str) -> OutboxJob | None:
        """Return the job of a touchpoint."""
        row = _GET.first(self._connection, id=touchpoint_id)
        return None if row is None else OutboxJob(*row)

    def some(self, touchpoint_ids: Collection[str]) -> list[OutboxJob]:
        """List the jobs of some touchpoints."""
        return [OutboxJob(*row) for row in _SOME.rows(self._connection, ids=list(touchpoint_ids))]

    def by_token(self, token: str) -> OutboxJob | None:
        """Return the job that carries a token."""
        row = self._connection.execute(select(outbox).where(outbox.c.token == token)).mappings().one_or_none()
        return None if row is None else OutboxJob(**row)

    def by_message_id(self, message_id: str) -> OutboxJob | None:
        """Return the job whose mail has this Message-ID."""
        wanted = select(outbox).where(outbox.c.message_id == message_id)
        row = self._connection.execute(wanted).mappings().one_or_none()
        return None if row is None else OutboxJob(**row)

    def in_state(self, channel: str, state: str) -> list[OutboxJob]:
        """List the jobs of a channel in a state, longest waiting first."""
        return [OutboxJob(*row) for row in _IN_STATE.rows(self._connection, channel=channel, state=state)]

    def move(
        self,
        touchpoint_id: str,
        *,
        expected: str,
        to: str,
        now: datetime,
        response: str = "",
        batch_id: str | None = None,
    ) -> bool:
        """Change the state if it is still the expected one; an empty response or batch leaves the stored one."""
        changed = {"to": to, "now": now, "response": response, "batch_id": batch_id}
        return _MOVE.run(self._connection, id=touchpoint_id, expected=expected, **changed) == 1

    def move_all(self, moves: Sequence[Move], now: datetime) -> int:
        """Change states that are still the expected ones; say how many were."""
        values = (
            {
                "id": move.touchpoint_id,
                "expected": move.expected,
                "to": move.to,
                "response": move.response,
            }
            for move in moves
        )
        return _MOVE.run_all(self._connection, values, now=now, batch_id=None)

    def retry_at(self, touchpoint_id: str, *, at: datetime, now: datetime, response: str) -> None:
        """Put a job that was being sent back to ready, for a later attempt."""
        self._connection.execute(
            update(outbox)
            .where(outbox.c.touchpoint_id == touchpoint_id, outbox.c.state == "sending")
            .values(
                state="ready",
                attempts=outbox.c.attempts + 1,
                next_attempt_at=at,
                changed_at=now,
                response=response,
            )
        )
