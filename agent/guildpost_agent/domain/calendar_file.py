"""Appointments as a calendar file (RFC 5545) that a telephone or Outlook takes over, and takes out again.

1. ``METHOD:PUBLISH`` says that an appointment stands, ``METHOD:CANCEL`` that it was called off (RFC 5546 3.2.1, 3.2.5);
   one file has one method, an organiser and no attendees: nobody is asked to answer.
2. ``UID`` belongs to the appointment and stays when it moves; ``SEQUENCE`` rises with every version that was told.
3. Times are UTC, so no table of summer times goes along. A workshop's appointment has a start and no known end.
4. Lines are folded at 75 octets between characters; texts escape backslash, semicolon, comma and line break.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

_LONGEST: Final = 75  # octets of a line without its end (RFC 5545 3.1)
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})
_PRODUCT: Final = "-//Guildpost//Guildpost Agent//DE"


@dataclass(frozen=True)
class CalendarEvent:
    """One appointment: aware start, a version from 0, and what a calendar shows."""

    uid: str
    version: int
    starts_at: datetime
    summary: str
    location: str
    description: str


@dataclass(frozen=True)
class Organiser:
    """Who invites: a name and an e-mail address."""

    name: str
    email: str


def uid_of(appointment_id: str, domain: str) -> str:
    """Give the identifier of an appointment: always the same one, and nothing that reads as the dealer's own number."""
    named = sha256(b"guildpost/appointment/v1\0" + appointment_id.encode())
    return f"{named.hexdigest()[:32]}@{domain}"


def calendar_file(events: Sequence[CalendarEvent], organiser: Organiser, now: datetime, *, cancelled: bool) -> bytes:
    """Write a calendar file.

    Args:
        events: at least one.
        organiser: the dealer.
        now: when it is written, aware.
        cancelled: whether the appointments were called off.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{_PRODUCT}", f"METHOD:{'CANCEL' if cancelled else 'PUBLISH'}"]
    for event in events:
        lines += _event(event, organiser, now, cancelled=cancelled)
    return b"".join(_folded(line) for line in (*lines, "END:VCALENDAR"))


def _event(event: CalendarEvent, organiser: Organiser, now: datetime, *, cancelled: bool) -> Iterable[str]:
    name = organiser.name.replace('"', "'")
    return (
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"SEQUENCE:{event.version}",
        f"DTSTAMP:{_utc(now)}",
        f"DTSTART:{_utc(event.starts_at)}",
        f"SUMMARY:{_text(event.summary)}",
        f"LOCATION:{_text(event.location)}",
        f"DESCRIPTION:{_text(event.description)}",
        f'ORGANIZER;CN="{name}":mailto:{organiser.email}',
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        "END:VEVENT",
    )


def _utc(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    return text.translate(_ESCAPES)


def _folded(line: str) -> bytes:
    """Fold between characters; what continues begins with a space, which counts."""
    pieces, piece = [], b""
    for character in line:
        octets = character.encode("utf-8")
        if len(piece) + len(octets) > _LONGEST:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join((*pieces, piece)) + b"\r\n"
