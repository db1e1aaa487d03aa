"""An iCalendar file (RFC 5545) as a planner's events.

A time with a zone is that instant (Windows names of zones too), one without is the dealer's, a day alone starts at
the dealer's midnight. A file is read as a whole or not at all: one that breaks off, or whose events bear a start that
cannot be read or a zone that nobody knows, is refused.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from icalendar import Calendar
from icalendar.error import InvalidCalendar

from guildpost_agent.domain.planner.events import PlannedEvent
from guildpost_shared.errors import Refused

LARGEST_BYTES: Final = 64 << 20
"""A workshop's ten years of appointments take some 40 MB."""
_BOUNDARY: Final = re.compile(rb"^(BEGIN|END):([A-Z-]+)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_WRITTEN: Final = ("SUMMARY", "DESCRIPTION", "LOCATION", "CONTACT", "COMMENT")


def read_calendar(path: Path, zone: ZoneInfo) -> tuple[PlannedEvent, ...]:
    """Read a file's events in their order; of two with one key the later one counts.

    Args:
        path: the file.
        zone: the dealer's time zone.

    Raises:
        Refused: ``planner_file_too_large``, ``planner_file_broken`` or ``planner_event_unreadable``.
        OSError: it cannot be read.
    """
    file = path.name
    if path.stat().st_size > LARGEST_BYTES:
        raise Refused("planner_file_too_large", file=file)
    content = path.read_bytes().removeprefix(b"\xef\xbb\xbf").strip()
    if not _is_whole(content):
        raise Refused("planner_file_broken", "no whole calendar", file=file)
    try:
        calendars = Calendar.from_ical(content, multiple=True)
        walked = [(calendar, event) for calendar in calendars for event in calendar.walk("VEVENT")]
    except (ValueError, KeyError, IndexError, InvalidCalendar) as error:
        raise Refused("planner_file_broken", type(error).__name__, file=file) from None
    found: dict[str, PlannedEvent] = {}
    for number, (calendar, event) in enumerate(walked, 1):
        try:
            read = _event(event, number, zone, called_off=_word(calendar, "METHOD") == "CANCEL")
        except (ValueError, AttributeError, OverflowError, TypeError) as error:
            raise Refused("planner_event_unreadable", type(error).__name__, file=file, number=number) from None
        found[read.key] = read
    return tuple(found.values())


def _is_whole(content: bytes) -> bool:
    """Say whether everything that begins in a text ends there, in its order, and nothing stands outside."""
    open_parts: list[bytes] = []
    last = 0
    for found in _BOUNDARY.finditer(content):
        word, part = found[1].upper(), found[2].upper()
        if not open_parts and (part != b"VCALENDAR" or content[last : found.start()].strip()):
            return False
        if word == b"BEGIN":
            open_parts.append(part)
        elif open_parts.pop() != part:
            return False
        last = found.end()
    return last == len(content) > 0 and not open_parts


def _event(event: Any, number: int, zone: ZoneInfo, *, called_off: bool) -> PlannedEvent:
    starts_at = _instant(event["DTSTART"], zone) if "DTSTART" in event else None
    if starts_at is None:
        raise ValueError("no start")
    uid = str(event.get("UID", "")).strip()
    again = str(event["RECURRENCE-ID"].dt) if "RECURRENCE-ID" in event else ""
    text = "\n".join(_texts(event))
    status = _word(event, "STATUS")
    return PlannedEvent(
        key=f"{uid} {again}".strip() or f"{starts_at.isoformat()} {text}",
        number=number,
        starts_at=starts_at,
        text=text,
        occasion=", ".join(_categories(event)),
        status=status.lower(),
        cancelled=called_off or status == "CANCELLED",
        created_on=_created(event, zone),
        repeats=bool(again) or "RRULE" in event or "RDATE" in event,
    )


def _instant(start: Any, zone: ZoneInfo) -> datetime:
    """Put a start into UTC.

    Raises:
        ValueError: its zone is not known.
    """
    moment: date | datetime = start.dt
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time(), zone).astimezone(UTC)
    if moment.tzinfo is None:
        if start.params.get("TZID"):
            raise ValueError("unknown zone")
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC)


def _created(event: Any, zone: ZoneInfo) -> date | None:
    if "CREATED" not in event:
        return None
    try:
        return _instant(event["CREATED"], zone).astimezone(zone).date()
    except (ValueError, AttributeError):
        return None  # when it was entered is a help, not a need


def _texts(event: Any) -> Iterator[str]:
    for name in _WRITTEN:
        values = event.get(name, ())
        for value in values if isinstance(values, list) else (values,):
            if value and str(value).strip():
                yield str(value).strip()


def _categories(event: Any) -> Iterator[str]:
    values = event.get("CATEGORIES", ())
    for value in values if isinstance(values, list) else (values,):
        yield from map(str, getattr(value, "cats", ()))


def _word(component: Any, name: str) -> str:
    return str(component.get(name, "")).strip().upper()
