"""When the relay last answered: kept beside the effects of its answers, in the same transaction."""

from datetime import datetime
from typing import Final

from guildpost_agent.app.ports.documents import DocumentsTransaction
from guildpost_agent.domain.relay_silence import advertising_allowed

_DOCUMENT: Final = "relay/last_answer"


def last_relay_answer(uow: DocumentsTransaction) -> datetime | None:
    """Return when a poll last succeeded (business clock), None if never."""
    body = uow.documents.get(_DOCUMENT)
    return None if body is None else datetime.fromisoformat(body.decode("ascii"))


def note_relay_answer(uow: DocumentsTransaction, now: datetime) -> None:
    """Note a successful poll; the caller commits."""
    uow.documents.put(_DOCUMENT, now.isoformat().encode("ascii"))


def relay_speaks(uow: DocumentsTransaction, now: datetime) -> bool:
    """Say whether the relay answered recently enough for advertising to go out."""
    return advertising_allowed(last_relay_answer(uow), now)
