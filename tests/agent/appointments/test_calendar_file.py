"""A calendar file reads back, with an independent library, as the appointment it was written from."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.calendar_file import CalendarEvent, Organiser, calendar_file, uid_of

NOW = datetime(2027, 3, 1, 9, 30, tzinfo=UTC)
STARTS = datetime(2027, 5, 3, 8, 30, tzinfo=ZoneInfo("Europe/Berlin"))
DEALER = Organiser("Autohaus Größl & Söhne", "service@autohaus.example")
EVENT = CalendarEvent(
    uid=uid_of("T1", "autohaus.example"),
    version=0,
    starts_at=STARTS,
    summary="HU/AU, Räderwechsel bei Autohaus Größl & Söhne",
    location="Autohaus Größl; Lindenstraße 12, 84028 Landshut",
    description="Bei Fragen: 0871 5550-140\nWir freuen uns, bis dann \\o/",
)
TEXT = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=200)


def _read(data: bytes) -> Any:
    """Read with the other library, whose properties have many types."""
    return icalendar.Calendar.from_ical(data)


def test_an_appointment_that_stands_is_published() -> None:
    calendar = _read(calendar_file([EVENT], DEALER, NOW, cancelled=False))
    assert ("2.0", "PUBLISH") == (calendar["VERSION"], calendar["METHOD"])
    (event,) = calendar.walk("VEVENT")
    assert (EVENT.uid, 0) == (event["UID"], event["SEQUENCE"])
    assert STARTS.astimezone(UTC) == event["DTSTART"].dt
    assert NOW == event["DTSTAMP"].dt
    assert (EVENT.summary, EVENT.location, EVENT.description) == (
        event["SUMMARY"],
        event["LOCATION"],
        event["DESCRIPTION"],
    )
    assert ("mailto:service@autohaus.example", DEALER.name) == (event["ORGANIZER"], event["ORGANIZER"].params["CN"])
    assert "CONFIRMED" == event["STATUS"]
    assert "ATTENDEE" not in event


def test_an_appointment_that_was_called_off_is_taken_out_of_the_same_calendar() -> None:
    calendar = _read(calendar_file([EVENT], DEALER, NOW, cancelled=True))
    (event,) = calendar.walk("VEVENT")
    assert ("CANCEL", "CANCELLED", EVENT.uid) == (calendar["METHOD"], event["STATUS"], event["UID"])


def test_an_appointment_keeps_its_identifier_and_hides_the_dealers_number() -> None:
    assert uid_of("T1", "a.example") == uid_of("T1", "a.example")
    assert uid_of("T1", "a.example") != uid_of("T2", "a.example")
    assert "4711" not in uid_of("4711", "a.example")


@pytest.mark.parametrize("month", [1, 3, 7, 10])
def test_summer_time_does_not_move_an_appointment(month: int) -> None:
    starts = datetime(2027, month, 29, 8, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    calendar = _read(calendar_file([CalendarEvent("u", 1, starts, "s", "l", "d")], DEALER, NOW, cancelled=False))
    (event,) = calendar.walk("VEVENT")
    read = event["DTSTART"].dt
    assert "08:30" == f"{read.astimezone(ZoneInfo('Europe/Berlin')):%H:%M}"


@given(summary=TEXT, location=TEXT, name=TEXT)
def test_whatever_is_written_reads_back_and_no_line_is_too_long(summary: str, location: str, name: str) -> None:
    event = CalendarEvent("u@a.example", 3, STARTS, summary, location, "x")
    data = calendar_file([event], Organiser(name, "a@b.example"), NOW, cancelled=False)
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert max(map(len, data.split(b"\r\n"))) <= 75
    for line in data.split(b"\r\n"):
        line.decode("utf-8")  # no character is cut in two
    (read,) = _read(data).walk("VEVENT")
    assert (summary, location) == (read["SUMMARY"], read["LOCATION"])
