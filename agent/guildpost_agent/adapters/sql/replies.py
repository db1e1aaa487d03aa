"""The tables of what came into the mailbox."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from guildpost_agent.adapters.sql.tables.replies import arrivals, replies
from guildpost_agent.domain.replies.reply import Reply, ReplyKind, ReplyState


class SqlReplies:
    """Messages dealt with, and customers' replies."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def first_seen(self, digest: str, at: datetime) -> bool:
        """Note that a message is dealt with; say whether that is new."""
        statement = insert(arrivals).values(digest=digest, at=at).on_conflict_do_nothing()
        return self._connection.execute(statement).rowcount == 1

    def known(self, digest: str) -> bool:
        """Say whether a message was dealt with."""
        return self._connection.scalar(select(arrivals.c.at).where(arrivals.c.digest == digest)) is not None

    def forget_seen(self, before: datetime) -> int:
        """Forget which messages were dealt with before an instant."""
        return self._connection.execute(delete(arrivals).where(arrivals.c.at < before)).rowcount

    def add(self, reply: Reply) -> bool:
        """Store a reply."""
        values: dict[str, Any] = {**vars(reply), "kind": reply.kind.value, "state": reply.state.value}
        return self._connection.execute(insert(replies).values(values).on_conflict_do_nothing()).rowcount == 1

    def get(self, reply_id: str) -> Reply | None:
        """Find a reply."""
        found = self._connection.execute(select(replies).where(replies.c.reply_id == reply_id))
        return next((_reply(row) for row in found.mappings()), None)

    def open(self) -> list[Reply]:
        """List the open replies, oldest first."""
        wanted = select(replies).where(replies.c.state == ReplyState.OPEN.value)
        found = self._connection.execute(wanted.order_by(replies.c.received_at, replies.c.reply_id))
        return [_reply(row) for row in found.mappings()]

    def of(self, customer_id: str) -> list[Reply]:
        """List a customer's replies, oldest first."""
        wanted = select(replies).where(replies.c.customer_id == customer_id)
        found = self._connection.execute(wanted.order_by(replies.c.received_at, replies.c.reply_id))
        return [_reply(row) for row in found.mappings()]

    def close(self, reply_id: str, *, at: datetime, by: str, note: str) -> bool:
        """Close an open reply."""
        mine = (replies.c.reply_id == reply_id, replies.c.state == ReplyState.OPEN.value)
        closed = {"state": ReplyState.DONE.value, "closed_at": at, "closed_by": by, "note": note}
        return self._connection.execute(update(replies).where(*mine).values(closed)).rowcount == 1


def _reply(row: RowMapping) -> Reply:
    return Reply(**{**row, "kind": ReplyKind(row["kind"]), "state": ReplyState(row["state"])})
