"""What an iCalendar file and a planner's table say, and which files are refused as a whole."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.adapters.appointments.calendar import read_calendar
from guildpost_agent.domain.planner.events import PlannedEvent, origin_of
from guildpost_shared.errors import Refused
from tests.factories.planner import BERLIN, a_planner_folder, ics

NEW_YORK = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTIMEZONE\r\nTZID:Haus\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
    "TZOFFSETFROM:-0500\r\nTZOFFSETTO:-0500\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:1\r\n"
    "DTSTART;TZID=Haus:20270310T030000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def _events(folder: Path, content: bytes) -> tuple[PlannedEvent, ...]:
    file = folder / "halle.ics"
    file.write_bytes(content)
    return read_calendar(file, BERLIN)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("DTSTART:20270310T080000Z", datetime(2027, 3, 10, 8, tzinfo=UTC)),
        ("DTSTART;TZID=Europe/Berlin:20270310T090000", datetime(2027, 3, 10, 8, tzinfo=UTC)),
        ("DTSTART;TZID=W. Europe Standard Time:20270710T090000", datetime(2027, 7, 10, 7, tzinfo=UTC)),
        ("DTSTART:20270310T090000", datetime(2027, 3, 10, 8, tzinfo=UTC)),
        ("DTSTART;VALUE=DATE:20270310", datetime(2027, 3, 9, 23, tzinfo=UTC)),
    ],
    ids=["UTC", "a zone", "a Windows zone in summer", "no zone: the dealer's", "a whole day: the dealer's midnight"],
)
def test_a_start_becomes_an_instant(tmp_path: Path, start: str, expected: datetime) -> None:
    (event,) = _events(tmp_path, ics(f"UID:1\n{start}"))
    assert expected == event.starts_at


def test_a_zone_of_the_files_own_is_understood(tmp_path: Path) -> None:
    (event,) = _events(tmp_path, NEW_YORK.encode())
    assert datetime(2027, 3, 10, 8, tzinfo=UTC) == event.starts_at


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)), st.sampled_from(["Europe/Berlin", "Asia/Tokyo"]))  # noqa: DTZ001 — the zone is drawn beside it
def test_every_local_time_is_the_instant_of_its_zone(
    tmp_path_factory: pytest.TempPathFactory, local: datetime, zone: str
) -> None:
    start = f"DTSTART;TZID={zone}:{local:%Y%m%dT%H%M%S}"
    (event,) = _events(tmp_path_factory.mktemp("ics"), ics(f"UID:1\n{start}"))
    assert local.replace(microsecond=0, tzinfo=ZoneInfo(zone)).astimezone(UTC) == event.starts_at


@pytest.mark.parametrize(
    ("lines", "cancelled", "repeats"),
    [
        ("STATUS:CONFIRMED", False, False),
        ("STATUS:CANCELLED", True, False),
        ("RRULE:FREQ=WEEKLY", False, True),
        ("RECURRENCE-ID:20270310T080000Z", False, True),
    ],
    ids=["confirmed", "cancelled", "a series", "one of a series"],
)
def test_an_events_state_is_read(tmp_path: Path, lines: str, cancelled: bool, repeats: bool) -> None:  # noqa: FBT001 — a table's columns
    (event,) = _events(tmp_path, ics(f"UID:1\nDTSTART:20270310T080000Z\n{lines}"))
    assert (cancelled, repeats) == (event.cancelled, event.repeats)


def test_a_calendar_that_cancels_calls_all_of_its_events_off(tmp_path: Path) -> None:
    content = ics("UID:1\nDTSTART:20270310T080000Z").replace(b"VERSION:2.0", b"VERSION:2.0\r\nMETHOD:CANCEL")
    assert [True] == [event.cancelled for event in _events(tmp_path, content)]


def test_words_stand_together_and_long_lines_are_joined(tmp_path: Path) -> None:
    folded = "SUMMARY:Inspektion\\, Huber LA-A\n B 12\nDESCRIPTION:Tel. 0871 123456\nCATEGORIES:HU,Werkstatt"
    (event,) = _events(tmp_path, ics(f"UID:1\nDTSTART:20270310T080000Z\nCREATED:20270301T233000Z\n{folded}"))
    assert "Inspektion, Huber LA-AB 12\nTel. 0871 123456" == event.text
    assert ("HU, Werkstatt", date(2027, 3, 2)) == (event.occasion, event.created_on)


def test_of_two_events_with_one_key_the_later_one_counts(tmp_path: Path) -> None:
    found = _events(tmp_path, ics("UID:1\nDTSTART:20270310T080000Z", "UID:1\nDTSTART:20270311T080000Z"))
    assert [11] == [event.starts_at.day for event in found]


GOOD = ics("UID:1\nDTSTART:20270310T080000Z")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.ics", b"", "planner_file_broken"),
        ("a.ics", b"Kennzeichen;Termin\r\n", "planner_file_broken"),
        ("a.ics", GOOD[:-22], "planner_file_broken"),
        ("a.ics", GOOD.replace(b"END:VEVENT\r\n", b""), "planner_file_broken"),
        ("a.ics", ics("UID:1"), "planner_event_unreadable"),
        ("a.ics", ics("UID:1\nDTSTART:morgen"), "planner_event_unreadable"),
        ("a.ics", ics("UID:1\nDTSTART;TZID=Mond/Krater:20270310T080000"), "planner_event_unreadable"),
        ("a.csv", b"Kennzeichen;Bemerkung\nLA-AB 12;HU\n", "planner_columns_missing"),
        ("a.csv", b"Datum;Uhrzeit;Mechaniker\n10.03.2027;09:00;Sepp\n", "planner_columns_missing"),
        ("a.csv", b"Datum;Kennzeichen\n10.03.2027;LA-AB 12\n31.02.2027;LA-AB 13\n", "planner_row_unreadable"),
        ("a.csv", b"Datum;Uhrzeit;Kennzeichen\n10.03.2027;mittags;LA-AB 12\n", "planner_row_unreadable"),
        ("a.csv", b"", "dms_file_empty"),
    ],
    ids=[
        "empty", "no calendar", "breaks off", "an open event", "no start", "an unreadable start", "an unknown zone",
        "no day", "nothing to match by", "a day that is none", "a time that is none", "an empty table",
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_as_a_whole(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(content)
    delivery = a_planner_folder(tmp_path).read()
    assert delivery is not None
    assert ([], [code]) == (list(delivery.exports), [file.error.code for file in delivery.refused])


@given(st.binary(max_size=400))
def test_no_bytes_whatever_break_the_reader(tmp_path_factory: pytest.TempPathFactory, noise: bytes) -> None:
    with suppress(Refused):
        _events(tmp_path_factory.mktemp("ics"), b"BEGIN:VCALENDAR\r\n" + noise + b"\r\nEND:VCALENDAR\r\n")


def test_a_table_is_read_by_its_headings(tmp_path: Path) -> None:
    rows = (
        "Termin-ID;Beginn;Kennzeichen;Kundennummer;Handy;Name;Terminart;Bemerkung;Status;Angelegt am\n"
        "7;10.03.2027 09:30 Uhr;LA-AB 12;4711;0171 1234567;Huber;HU/AU;bringt Schein mit;bestätigt;01.03.2027\n"
        "8;2027-03-11;;;;;;;;\n"
    )
    (tmp_path / "halle_2027-03-01.csv").write_text(rows, "cp1252")
    delivery = a_planner_folder(tmp_path).read()
    assert delivery is not None
    first, second = delivery.exports[0].events
    assert ("7", datetime(2027, 3, 10, 8, 30, tzinfo=UTC), "bestätigt") == (first.key, first.starts_at, first.status)
    assert ("LA-AB 12", "4711", "Huber") == (first.plate, first.customer_id, first.name)
    assert ("HU/AU", date(2027, 3, 1)) == (first.occasion, first.created_on)
    assert datetime(2027, 3, 10, 23, tzinfo=UTC) == second.starts_at


def test_files_are_put_away_with_the_reason_beside_the_refused_one(tmp_path: Path) -> None:
    (tmp_path / "gut.ics").write_bytes(GOOD)
    (tmp_path / "schlecht.ics").write_bytes(b"?")
    (tmp_path / "notiz.docx").write_bytes(b"?")
    (tmp_path / "~halb.ics").write_bytes(GOOD)
    source = a_planner_folder(tmp_path)
    delivery = source.read()
    assert delivery is not None
    (tmp_path / "gut.ics").write_bytes(GOOD.replace(b"UID:1", b"UID:12"))  # the planner was faster
    source.settle(["gut.ics"], delivery.refused)
    assert ["gut.ics", "notiz.docx", "schlecht.ics", "schlecht.ics.reason.txt", "~halb.ics"] == sorted(
        path.name for path in tmp_path.rglob("*") if path.is_file()
    )


@pytest.mark.parametrize(
    ("stem", "origin"),
    [
        ("Halle 2_2027-03-01", "halle 2"),
        ("Halle 2", "halle 2"),
        ("planer-20270301-0630", "planer"),
        ("Termine 01.03.2027", "termine"),
        ("20270301", "planner"),
    ],
    ids=["a date behind", "a number of its own", "date and time", "a German date", "a date alone"],
)
def test_a_planner_keeps_its_name_from_day_to_day(stem: str, origin: str) -> None:
    assert origin == origin_of(stem)


def test_the_longest_day_and_the_shortest_keep_their_hours(tmp_path: Path) -> None:
    days = [f"UID:{n}\nDTSTART;TZID=Europe/Berlin:2027{day}T120000" for n, day in enumerate(("0327", "0328"))]
    first, second = _events(tmp_path, ics(*days))
    assert timedelta(hours=23) == second.starts_at - first.starts_at
