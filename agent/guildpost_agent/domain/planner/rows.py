"""A planner's table: its headings in their spellings, and a row as an event."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.domain import normalise
from guildpost_agent.domain.dms_rows import Table
from guildpost_agent.domain.mapping.vocabulary import SYNONYMS, fold
from guildpost_agent.domain.normalise import Unreadable
from guildpost_agent.domain.planner.events import PlannedEvent

_TERMS: Final = SYNONYMS[Table.APPOINTMENTS]
_CARS: Final = SYNONYMS[Table.VEHICLES]
_PEOPLE: Final = SYNONYMS[Table.CUSTOMERS]
HEADINGS: Final[Mapping[str, tuple[str, ...]]] = {
    **_TERMS,
    "appointment_id": (*_TERMS["appointment_id"], "Termin-ID", "UID", "Event ID"),
    "day": (*_TERMS["day"], "Beginn", "Start", "Startdatum", "Start Date", "Tag"),
    "time": (*_TERMS["time"], "Startzeit", "Start Time", "Beginn Uhrzeit"),
    "plate": _CARS["plate"],
    "vin": _CARS["vin"],
    "phone": (*_PEOPLE["mobile"], *_PEOPLE["phone"], "Rückrufnummer", "Phone"),
    "name": (*_PEOPLE["name1"], "Kunde", "Kundenname", "Customer"),
    "text": ("Betreff", "Text", "Bemerkung", "Bemerkungen", "Beschreibung", "Notiz", "Arbeiten", "Subject"),
}
"""Spellings by field; a table may have several columns of words and of phone numbers."""
KEYS: Final = frozenset({"customer_id", "vehicle_id", "plate", "vin", "phone", "text"})
"""One of these must be there: without it no event can concern anybody."""
_FOLDED: Final = {fold(spelling): name for name, spellings in HEADINGS.items() for spelling in spellings}
_DAY_AND_TIME: Final = re.compile(r"(\S+?)(?:[T ,]+(\d{1,2}[:.]\d{2})(?::\d{2})?)?(?:\s*Uhr)?")
_MONTH_FIRST: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2,4})")


class UnreadableRow(ValueError):  # noqa: N818 — a finding in somebody's file
    """A row whose day or time cannot be read; the text names the field."""


def planner_fields(headings: Sequence[str], known: Mapping[str, str] | None = None) -> list[str]:
    """Give each heading's field, or nothing.

    Args:
        headings: as they are spelled.
        known: heading → field, as the site's confirmed profile says; counts before the spellings.
    """
    own = {fold(heading): field for heading, field in (known or {}).items()}
    return [own.get(fold(heading)) or _FOLDED.get(fold(heading), "") for heading in headings]


def missing_fields(fields: Sequence[str]) -> str:
    """Name the column that a planner's table lacks; nothing when it can be read."""
    if "day" not in fields:
        return HEADINGS["day"][0]
    return "" if KEYS & set(fields) else HEADINGS["plate"][0]


def read_event(
    fields: Sequence[str], cells: Sequence[str], number: int, zone: ZoneInfo, today: date, *, month_first: bool = False
) -> PlannedEvent:
    """Read a row.

    Args:
        fields: of the columns.
        cells: of the row.
        number: its line.
        zone: the dealer's time zone.
        today: the dealer's day; decides the century of short years.
        month_first: days are written as in America.

    Raises:
        UnreadableRow: its day or time is missing or cannot be read.
    """
    row: dict[str, str] = {}
    for field, cell in zip(fields, cells, strict=False):
        if field and cell.strip():
            row[field] = f"{row[field]}\n{cell.strip()}" if field in row else cell.strip()
    written = _DAY_AND_TIME.fullmatch(row.get("day", ""))
    if written is None:
        raise UnreadableRow("day")
    day = _day(written[1], today, month_first=month_first)
    try:
        local = normalise.parse_instant(day, row.get("time", "") or written[2] or "")
    except Unreadable:
        raise UnreadableRow("time") from None
    created = row.get("created_on", "").split(" ")[0]
    return PlannedEvent(
        key=row.get("appointment_id") or hashlib.sha256("\0".join(cells).encode()).hexdigest(),
        number=number,
        starts_at=local.replace(tzinfo=zone).astimezone(UTC),
        text="\n".join(filter(None, (row.get("occasion"), row.get("text")))),
        occasion=row.get("occasion", ""),
        status=row.get("status", ""),
        created_on=_created(created, today, month_first=month_first),
        customer_id=_number(row.get("customer_id", "")),
        vehicle_id=_number(row.get("vehicle_id", "")),
        plate=row.get("plate", ""),
        vin=row.get("vin", ""),
        phone=row.get("phone", ""),
        name=row.get("name", ""),
    )


def _day(text: str, today: date, *, month_first: bool) -> date:
    american = _MONTH_FIRST.fullmatch(text) if month_first else None
    try:
        found = normalise.parse_day(f"{american[2]}.{american[1]}.{american[3]}" if american else text, today)
    except Unreadable:
        raise UnreadableRow("day") from None
    if found is None or not date.min.year < found.year < date.max.year:
        raise UnreadableRow("day")
    return found


def _created(text: str, today: date, *, month_first: bool) -> date | None:
    try:
        return _day(text, today, month_first=month_first) if text else None
    except UnreadableRow:
        return None  # when it was entered is a help, not a need


def _number(text: str) -> str:
    """Read a number; nothing but zeros means none."""
    return text if text.strip("0") else ""
