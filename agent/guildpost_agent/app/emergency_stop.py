"""Stop sending and resume it; the stop is read anew in the transaction that claims each message."""

import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Final

from guildpost_agent.app.ports.documents import DocumentsReading, DocumentsTransaction, OpenDocuments
from guildpost_agent.domain.emergency_stop import Step, StepKind, Stop, resumed, stopped

DOCUMENT: Final = "sending/stop"
STEPS: Final = "sending/stop_steps"
_MOST_KEPT: Final = 500


def current_stop(uow: DocumentsReading) -> Stop | None:
    """Give what rests now; None if nothing does."""
    body = uow.documents.get(DOCUMENT)
    if body is None:
        return None
    kept = json.loads(body)
    return Stop(
        bool(kept["everything"]), frozenset(kept["services"]), datetime.fromisoformat(kept["since"]), str(kept["by"])
    )


def stop_steps(uow: DocumentsTransaction) -> list[Step]:
    """Give who stopped and resumed what, when and why, oldest first."""
    return [
        Step(StepKind(one["kind"]), datetime.fromisoformat(one["at"]), one["by"], tuple(one["services"]), one["reason"])
        for one in json.loads(uow.documents.get(STEPS) or b"[]")
    ]


def stop_sending(
    open_documents: OpenDocuments, services: Collection[str], *, now: datetime, by: str, reason: str = ""
) -> Stop:
    """Stop services, or everything where none is named; in force with the next message.

    Args:
        open_documents: opens a transaction on the dealer's database.
        services: their ids.
        now: an aware instant.
        by: who stops it.
        reason: why, in that person's words.
    """
    with open_documents() as uow:
        stop = stopped(current_stop(uow), services, now=now, by=by)
        _keep(uow, stop)
        _note(uow, Step(StepKind.STOP, now.astimezone(UTC), by, tuple(sorted(services)), reason))
        uow.commit()
    return stop


def resume_sending(
    open_documents: OpenDocuments, services: Collection[str], *, now: datetime, by: str, reason: str
) -> Stop | None:
    """Resume services, or everything where none is named; give what still rests.

    Where nothing changes, nothing is noted.

    Args:
        open_documents: opens a transaction on the dealer's database.
        services: their ids.
        now: an aware instant.
        by: who resumes it.
        reason: why, in that person's words.
    """
    with open_documents() as uow:
        before = current_stop(uow)
        left = resumed(before, services)
        if left != before:
            _keep(uow, left)
            _note(uow, Step(StepKind.RESUME, now.astimezone(UTC), by, tuple(sorted(services)), reason))
        uow.commit()
    return left


def _keep(uow: DocumentsTransaction, stop: Stop | None) -> None:
    if stop is None:
        uow.documents.delete(DOCUMENT)
        return
    body = {**vars(stop), "services": sorted(stop.services), "since": stop.since.isoformat()}
    uow.documents.put(DOCUMENT, json.dumps(body, ensure_ascii=False).encode())


def _note(uow: DocumentsTransaction, step: Step) -> None:
    steps: Sequence[Step] = [*stop_steps(uow), step][-_MOST_KEPT:]
    body = [{**vars(one), "at": one.at.isoformat()} for one in steps]
    uow.documents.put(STEPS, json.dumps(body, ensure_ascii=False).encode())
