"""Stop sending and resume it; the stop is read anew in the transaction that claims each message."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Final

from guildpost_agent.app.ports.documents import DocumentsTransaction, OpenDocuments
from guildpost_agent.domain.emergency_stop import Stop, resumed, stopped

DOCUMENT: Final = "sending/stop"


def current_stop(uow: DocumentsTransaction) -> Stop | None:
    """Give what rests now; None if nothing does."""
    body = uow.documents.get(DOCUMENT)
    if body is None:
        return None
    kept = json.loads(body)
    return Stop(
        bool(kept["everything"]), frozenset(kept["services"]), datetime.fromisoformat(kept["since"]), str(kept["by"])
    )


def stop_sending(open_documents: OpenDocuments, services: Collection[str], *, now: datetime, by: str) -> Stop:
    """Stop services, or everything where none is named; in force with the next message.

    Args:
        open_documents: opens a transaction on the dealer's database.
        services: their ids.
        now: an aware instant.
        by: who stops it.
    """
    with open_documents() as uow:
        stop = stopped(current_stop(uow), services, now=now, by=by)
        _keep(uow, stop)
        uow.commit()
    return stop


def resume_sending(open_documents: OpenDocuments, services: Collection[str]) -> Stop | None:
    """Resume services, or everything where none is named; give what still rests."""
    with open_documents() as uow:
        left = resumed(current_stop(uow), services)
        _keep(uow, left)
        uow.commit()
    return left


def _keep(uow: DocumentsTransaction, stop: Stop | None) -> None:
    if stop is None:
        uow.documents.delete(DOCUMENT)
        return
    body = {**vars(stop), "services": sorted(stop.services), "since": stop.since.isoformat()}
    uow.documents.put(DOCUMENT, json.dumps(body, ensure_ascii=False).encode())
