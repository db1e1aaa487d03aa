"""Other servers refuse the dealer as sender: kept until a person says that it is mended; mails rest meanwhile."""

import json
from datetime import datetime
from typing import Final

from guildpost_agent.app.ports.documents import DocumentsTransaction, OpenDocuments
from guildpost_shared.errors import Refused

SENDER_STEP: Final = "sender"
"""Under this name it stands among the problems that ``status`` shows."""
_DOCUMENT: Final = "sending/sender_problem"
_LAST: Final = "sending/last_sender_problem"


def note_sender_problem(uow: DocumentsTransaction, reason: str, status: str, now: datetime) -> None:
    """Note it; the first one stands, the caller commits."""
    if uow.documents.get(_DOCUMENT) is None:
        noted = {"reason": reason, "status": status, "since": now.isoformat()}
        uow.documents.put(_DOCUMENT, json.dumps(noted).encode())


def sender_problem(uow: DocumentsTransaction) -> Refused | None:
    """Give what keeps mails from leaving (``mail_sender_bounced``); None if nothing does."""
    body = uow.documents.get(_DOCUMENT)
    if body is None:
        return None
    noted = json.loads(body)
    return Refused("mail_sender_bounced", reason=noted["reason"], status=noted["status"])


def resume_mails(open_documents: OpenDocuments, *, by: str, now: datetime) -> bool:
    """Let mails leave again, and keep who said so; say whether they rested."""
    with open_documents() as uow:
        body = uow.documents.get(_DOCUMENT)
        uow.documents.delete(_DOCUMENT)
        if body is not None:
            kept = {**json.loads(body), "resumed_by": by, "resumed_at": now.isoformat()}
            uow.documents.put(_LAST, json.dumps(kept).encode())
        uow.commit()
    return body is not None
