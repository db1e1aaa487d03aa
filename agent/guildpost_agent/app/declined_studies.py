"""Studies that the dealer takes no part in: by brand and name, over all their periods and versions, until accepted.

Who declines brings nothing, not even noise, and is not in that round. Nobody outside is told why an agent stays away.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final

from guildpost_agent.app.ports.documents import DocumentsReading, DocumentsTransaction, OpenDocuments
from guildpost_agent.domain.brands import scoped
from guildpost_shared.errors import Refused

DOCUMENT: Final = "studies/declined"


@dataclass(frozen=True)
class Declined:
    """Who declined a study, and when (UTC)."""

    by: str
    at: datetime


def declined_studies(uow: DocumentsReading) -> dict[str, Declined]:
    """Give what is declined, by ``scoped`` name."""
    kept = json.loads(uow.documents.get(DOCUMENT) or b"{}")
    return {name: Declined(str(one["by"]), datetime.fromisoformat(one["at"])) for name, one in kept.items()}


def decline_study(open_documents: OpenDocuments, brand: str, study_id: str, *, now: datetime, by: str) -> None:
    """Take no part in a study from now on; a round that has begun goes on.

    Args:
        open_documents: opens a transaction on the dealer's database.
        brand: whose study.
        study_id: which.
        now: an aware instant.
        by: who declines it.
    """
    with open_documents() as uow:
        first = declined_studies(uow).get(scoped(brand, study_id))
        _keep(uow, declined_studies(uow) | {scoped(brand, study_id): first or Declined(by, now.astimezone(UTC))})


def accept_study(open_documents: OpenDocuments, brand: str, study_id: str) -> None:
    """Take part in a study again."""
    with open_documents() as uow:
        before = declined_studies(uow)
        _keep(uow, {name: one for name, one in before.items() if name != scoped(brand, study_id)})


def require_accepted(uow: DocumentsReading, brand: str, study_id: str) -> None:
    """Refuse to take part in what the dealer declined.

    Raises:
        Refused: ``study_declined``.
    """
    declined = declined_studies(uow).get(scoped(brand, study_id))
    if declined is not None:
        raise Refused("study_declined", study=study_id, by=declined.by)


def _keep(uow: DocumentsTransaction, declined: Mapping[str, Declined]) -> None:
    body = {name: {**asdict(one), "at": one.at.isoformat()} for name, one in sorted(declined.items())}
    uow.documents.put(DOCUMENT, json.dumps(body, ensure_ascii=False).encode())
    uow.commit()
