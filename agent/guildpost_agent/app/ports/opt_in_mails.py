"""The record of confirmation mails, so that each request gets at most one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class OptInMail:
    """The mail of one request; its states are those of the outbox (``domain.outbox``), ``mailed_at`` its last claim."""

    request_id: str
    message_id: str
    state: str
    attempts: int
    next_attempt_at: datetime
    changed_at: datetime
    response: str = ""
    mailed_at: datetime | None = None


class OptInMails(Protocol):
    """Mails on their way; each change of state is a compare-and-set."""

    def add(self, mail: OptInMail) -> None: ...  # noqa: D102 — the name says it
    def get(self, request_id: str) -> OptInMail | None: ...  # noqa: D102 — see above
    def by_message_id(self, message_id: str) -> OptInMail | None: ...  # noqa: D102 — see above
    def in_state(self, state: str) -> list[OptInMail]:
        """List the mails in a state, longest waiting first."""
        ...

    def move(self, request_id: str, *, expected: str, to: str, now: datetime, response: str = "") -> bool:
        """Change the state if it is still the expected one; a move to ``sending`` notes the instant of the mail."""
        ...

    def retry_at(self, request_id: str, *, at: datetime, now: datetime, response: str) -> None:
        """Put a mail that was being sent back to ready, for a later attempt."""
        ...
