"""What a customer can do at the relay, as the small JSON document that travels sealed to the dealer.

Example: ``{"at": "2027-03-01T09:00:00+00:00", "event_id": "…", "kind": "answer", "token": "…", "value": "book"}``;
the event id has 24 characters (120 random bits), the token its usual 124. ``value`` holds the answer, the link that was
opened, or the wishes (``wishes``), by kind; it is empty for the others.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from guildpost_shared import strict_json
from guildpost_shared.answers.wishes import Wishes, read_wishes
from guildpost_shared.errors import ProtocolViolation, Refused


class EventKind(StrEnum):
    """A link opened, an answer, a one-click unsubscribe (RFC 8058), a confirmed opt-in, wishes about advertising."""

    CLICK = "click"
    ANSWER = "answer"
    UNSUBSCRIBE = "unsubscribe"
    CONFIRM = "confirm"
    WISHES = "wishes"


class Answer(StrEnum):
    """The answers the page offers; ``hu_done`` reads "already done" and fits every service."""

    BOOK = "book"
    CALL_ME = "call_me"
    HU_DONE = "hu_done"
    SOLD = "sold"
    IN_TWO_WEEKS = "in_2_weeks"
    IN_ONE_MONTH = "in_1_month"
    IN_THREE_MONTHS = "in_3_months"
    STOP = "stop"


REMINDERS: Final = (Answer.IN_TWO_WEEKS, Answer.IN_ONE_MONTH, Answer.IN_THREE_MONTHS)
"""The answers that ask to be reminded later."""


class Link(StrEnum):
    """Which link was opened: that of the message, the dealer's own booking page, others, or one that no person sees."""

    ANSWER = "answer"
    BOOKING = "booking"
    UNSUBSCRIBE = "unsubscribe"
    PREFERENCES = "preferences"
    TRAP = "trap"


Value = Answer | Link | Wishes | None
_KINDS: Final = "|".join(EventKind)
_LONGEST_VALUE: Final = 160


@dataclass(frozen=True)
class AnswerEvent:
    """One event; ``event_id`` makes it count once however often it is delivered, ``value`` is what its kind says."""

    event_id: str
    token: str
    kind: EventKind
    value: Value
    at: datetime

    def to_bytes(self) -> bytes:
        """Write the canonical JSON."""
        return strict_json.canonical(
            {
                "at": self.at.astimezone(UTC).isoformat(),
                "event_id": self.event_id,
                "kind": self.kind.value,
                "token": self.token,
                "value": "" if self.value is None else str(self.value),
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
        at = datetime.fromisoformat(fields.text("at", r"[0-9T:.+-]{25,32}"))
        event = AnswerEvent(
            event_id=fields.text("event_id", "[a-z2-7]{24}"),
            token=fields.text("token", "[A-Za-z0-9_-]{124}"),
            kind=kind,
            value=_read_value(kind, fields.text("value", rf"[!-~]{{0,{_LONGEST_VALUE}}}")),
            at=at.astimezone(UTC),
        )
        fields.end()
    except (Refused, ValueError) as error:
        raise ProtocolViolation("answer_unreadable", detail=type(error).__name__) from error
    return event


def _read_value(kind: EventKind, text: str) -> Value:
    match kind:
        case EventKind.ANSWER:
            return Answer(text)
        case EventKind.CLICK:
            return Link(text)
        case EventKind.WISHES:
            return read_wishes(text)
        case _ if text:
            raise ValueError("a value where none belongs")
    return None
