"""A customer's answer by mail: what it is about, and what became of it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ReplyKind(StrEnum):
    """What a reply is about; whatever is not clearly something else is a question for a person."""

    BOOKING = "booking"
    SOLD = "sold"
    MOVED = "moved"
    OBJECTION = "objection"
    RIGHTS = "rights"
    DECEASED = "deceased"
    AWAY = "away"
    QUESTION = "question"


class ReplyState(StrEnum):
    """Whether a person still has to look at it."""

    OPEN = "open"
    DONE = "done"


@dataclass(frozen=True)
class Reply:
    """One reply.

    Attributes:
        reply_id: 24 hexadecimal digits, see ``reply_id``.
        customer_id: who wrote.
        touchpoint_id: the message that was answered; empty where only the address says who wrote.
        received_at: UTC.
        kind: what it is about.
        acted: the kind that was acted on by itself; empty where nothing was done.
        sender: the address it came from.
        subject: as written.
        text: without what it quotes; empty for an automatic answer.
        state: whether it waits for a person.
        closed_at: when a person closed it, UTC.
        closed_by: who.
        note: what the person did.
    """

    reply_id: str
    customer_id: str
    touchpoint_id: str
    received_at: datetime
    kind: ReplyKind
    acted: str
    sender: str
    subject: str
    text: str
    state: ReplyState
    closed_at: datetime | None = None
    closed_by: str = ""
    note: str = ""


def reply_id(raw: bytes) -> str:
    """Give a message's id: the same bytes are the same reply, however often they are read."""
    return hashlib.sha256(b"guildpost/reply/v1\0" + raw).hexdigest()[:24]
