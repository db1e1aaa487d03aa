"""What a customer can do at the relay, as the small JSON document that travels sealed to the dealer.

Example: ``{"at": "2027-03-01T09:00:00+00:00", "event_id": "…", "kind": "answer", "token": "…", "value": "book"}``;
the event id has 24 characters (120 random bits), the token its usual 124.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from guildpost_shared import strict_json
from guildpost_shared.errors import ProtocolViolation, Refused


class EventKind(StrEnum):
    """A click on the link in a mail, an answer on the page, a one-click unsubscribe (RFC 8058), a confirmed opt-in."""

    CLICK = "click"
    ANSWER = "answer"
    UNSUBSCRIBE = "unsubscribe"
    CONFIRM = "confirm"


class Answer(StrEnum):
    """The answers the page offers; ``hu_done`` reads "already done" and fits every service."""

    BOOK = "book"
    CALL_ME = "call_me"
    HU_DONE = "hu_done"
    SOLD = "sold"
    LATER = "later"
    STOP = "stop"


_NO_VALUE: Final = ""
_KINDS: Final = "|".join(EventKind)
_VALUES: Final = "|".join(Answer)


@dataclass(frozen=True)
class AnswerEvent:
    """One event; ``event_id`` makes it count once however often it is delivered, ``value`` is set for answers only."""

    event_id: str
    token: str
    kind: EventKind
    value: Answer | None
    at: datetime

    def to_bytes(self) -> bytes:
        """Write the canonical JSON."""
        return strict_json.canonical(
            {
                "at": self.at.astimezone(UTC).isoformat(),
                "event_id": self.event_id,
                "kind": self.kind.value,
                "token": self.token,
                "value": self.value.value if self.value else _NO_VALUE,
            }
        )


def read_event(data: bytes) -> AnswerEvent:
    """Read what was sealed.

    Raises:
        ProtocolViolation: ``answer_unreadable``: the relay sent something that is no event.
    """
    try:
        fields = strict_json.read(data, "answer", max_bytes=1024)
        kind = EventKind(fields.text("kind", _KINDS))
        value = fields.text("value", _VALUES if kind is EventKind.ANSWER else "")
        at = datetime.fromisoformat(fields.text("at", r"[0-9T:.+-]{25,32}"))
        event = AnswerEvent(
            event_id=fields.text("event_id", "[a-z2-7]{24}"),
            token=fields.text("token", "[A-Za-z0-9_-]{124}"),
            kind=kind,
            value=Answer(value) if value else None,
            at=at.astimezone(UTC),
        )
        fields.end()
    except (Refused, ValueError) as error:
        raise ProtocolViolation("answer_unreadable", detail=type(error).__name__) from error
    return event
