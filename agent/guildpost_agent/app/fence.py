"""A restored or cloned agent sends nothing before a person confirms.

Before each run that would send, the agent passes the fence: database and fence file must know one another, then both
get a new value. A backup of the database is at once older than the file, a copy of the whole home has another file.

    1. check      the file's value and place are those that the database saw last
    2. intend     the database notes the next value; commit
    3. turn       the file gets it; flushed
    4. see        the database notes value and place; commit

After a crash between 2 and 4 the file may hold the next value, which no copy knows: it is let pass, once.

What was due when a copy is confirmed may have left before it was made: it is refused, unless the person knows better.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guildpost_agent.app.outbox_steps import queue, step
from guildpost_agent.app.ports.documents import DocumentsTransaction, OpenDocuments
from guildpost_agent.app.ports.fence import FenceKeeper, Mark
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.domain.outbox import Event, State
from guildpost_agent.domain.records import Channel
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import Refused
from guildpost_shared.ids import new_id

DOCUMENT: Final = "sending/fence"
CONFIRMED: Final = "sending/restored"
"""Who confirmed the last copy, and when."""
PERHAPS_SENT: Final = "perhaps_sent_before"


@dataclass(frozen=True)
class Fence:
    """The file, and the randomness of its values."""

    keeper: FenceKeeper
    entropy: Entropy


@dataclass(frozen=True)
class _Known:
    """What the database knows: the mark it saw last, and the value that was to follow."""

    value: str = ""
    place: str = ""
    following: str = ""


def pass_fence(open_documents: OpenDocuments, fence: Fence) -> None:
    """Let a run begin that sends.

    Raises:
        Refused: ``restored_unconfirmed``; only ``confirm_restored`` opens the way again.
        Unavailable: ``fence_not_written``.
    """
    require_original(open_documents, fence)
    _turn(open_documents, fence)


def require_original(open_documents: OpenDocuments, fence: Fence) -> None:
    """Look, and change nothing: for what shows people whom to address.

    Raises:
        Refused: ``restored_unconfirmed``.
    """
    found = fence.keeper.read()
    with open_documents() as uow:
        known = _load(uow)
    if known is None and found is None:
        return
    if known is None or found is None or not _same(known, found):
        raise Refused("restored_unconfirmed")


def confirm_restored(
    open_uow: OpenUnitOfWork, fence: Fence, relay_key: Ed25519PrivateKey, *, by: str, now: datetime, send_due: bool
) -> int:
    """Take a copy for the original from now on; the person who says so has stopped the other one.

    Args:
        open_uow: opens a transaction.
        fence: of this home.
        relay_key: signs the tokens of the rows that are made only to be refused.
        by: who says so; kept beside the fence.
        now: the business clock; what is due by then may have left already.
        send_due: send it all the same.

    Returns:
        How many messages that were due will not be sent.
    """
    refused = 0
    with open_uow() as uow:
        for channel in () if send_due else Channel:
            for touchpoint in uow.plans.to_queue(channel, now):
                queue(
                    uow,
                    touchpoint,
                    message_id=new_id(fence.entropy),
                    relay_key=relay_key,
                    entropy=fence.entropy,
                    now=now,
                )
            for job in uow.outbox.in_state(channel, State.SENDING):
                step(uow, job, Event.LOSE, now, response=PERHAPS_SENT)
            for job in uow.outbox.in_state(channel, State.READY):
                refused += step(uow, job, Event.REFUSE, now, response=PERHAPS_SENT)
        body = {"by": by, "at": now.isoformat(), "refused": refused}
        uow.documents.put(CONFIRMED, json.dumps(body, ensure_ascii=False).encode())
        uow.commit()
    _turn(open_uow, fence)
    return refused


def _same(known: _Known, found: Mark) -> bool:
    return (known.value, known.place) == (found.value, found.place) or (
        bool(known.following) and known.following == found.value
    )


def _turn(open_documents: OpenDocuments, fence: Fence) -> None:
    """Steps 2 to 4."""
    following = fence.entropy.token_bytes(16).hex()
    with open_documents() as uow:
        known = _load(uow) or _Known()
        _store(uow, _Known(known.value, known.place, following))
        uow.commit()
    mark = fence.keeper.write(following)
    with open_documents() as uow:
        _store(uow, _Known(mark.value, mark.place))
        uow.commit()


def _load(uow: DocumentsTransaction) -> _Known | None:
    body = uow.documents.get(DOCUMENT)
    return None if body is None else _Known(**json.loads(body))


def _store(uow: DocumentsTransaction, known: _Known) -> None:
    uow.documents.put(DOCUMENT, json.dumps(vars(known)).encode("ascii"))
