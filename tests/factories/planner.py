"""Builders for a workshop planner's calendars: events, iCalendar files, and the folder that reads them."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from guildpost_agent.adapters.appointments.planner_folder import PlannerFolder
from guildpost_agent.adapters.appointments.table import PlannerTable
from guildpost_agent.adapters.dms.raw_table import open_raw
from guildpost_agent.domain.planner.events import PlannedEvent
from guildpost_agent.domain.planner.rows import HEADINGS, planner_fields

BERLIN: Final = ZoneInfo("Europe/Berlin")
TODAY: Final = date(2027, 3, 1)


def an_event(text: str = "", key: str = "e1", **changes: Any) -> PlannedEvent:
    """Build an event on 10 March 2027 at nine in the dealer's morning."""
    values: dict[str, Any] = {"number": 1, "starts_at": datetime(2027, 3, 10, 8, tzinfo=UTC)}
    return PlannedEvent(key=key, text=text, **(values | changes))


def ics(*events: str) -> bytes:
    """Write events (their lines, without BEGIN and END) as an iCalendar file."""
    bodies = [f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT" for event in events]
    text = "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//planner//DE", *bodies, "END:VCALENDAR", ""])
    return text.replace("\n", "\r\n").encode()


def a_planner_folder(folder: Path) -> PlannerFolder:
    """Watch a folder as the agent does, without mapping profiles."""

    def open_table(path: Path) -> PlannerTable:
        raw = open_raw(path, headings=[spelling for names in HEADINGS.values() for spelling in names])
        return PlannerTable(planner_fields(raw.headings), lambda: raw.read(None))

    return PlannerFolder(folder, open_table, BERLIN, lambda: TODAY)
