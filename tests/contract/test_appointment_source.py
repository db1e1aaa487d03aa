"""What every source of planned appointments keeps to: the fake, and the folder with calendars and tables."""

from collections.abc import Callable
from pathlib import Path

import pytest

from guildpost_agent.app.ports.appointment_source import AppointmentSource, PlannerDelivery
from guildpost_shared.errors import Refused
from tests.factories.planner import a_planner_folder, an_event, ics
from tests.fakes.appointment_source import FakeAppointmentSource


def _fake(_: Path) -> AppointmentSource:
    source = FakeAppointmentSource()
    source.deliver("halle", an_event("LA-AB 12 HU", "e1"), an_event("LA-AB 13 Inspektion", "e2", number=2))
    source.refuse("kaputt.ics", Refused("planner_file_broken", file="kaputt.ics"))
    return source


def _calendars(folder: Path) -> AppointmentSource:
    first, second = "UID:e1\nDTSTART:20270310T080000Z\nSUMMARY:LA-AB 12 HU", "UID:e2\nDTSTART:20270310T080000Z"
    (folder / "halle.ics").write_bytes(ics(first, second))
    (folder / "kaputt.ics").write_bytes(ics(first)[:-20])
    return a_planner_folder(folder)


def _tables(folder: Path) -> AppointmentSource:
    rows = "UID;Beginn;Kennzeichen;Betreff\ne1;10.03.2027 09:00;LA-AB 12;HU\ne2;10.03.2027 09:00;LA-AB 13;Inspektion\n"
    (folder / "halle.csv").write_text(rows, "cp1252")
    (folder / "kaputt.ics").write_text("UID;Beginn\n", "cp1252")
    return a_planner_folder(folder)


Make = Callable[[Path], AppointmentSource]
MAKES: dict[str, Make] = {"fake": _fake, "iCalendar": _calendars, "CSV": _tables}


@pytest.fixture(params=MAKES)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> AppointmentSource:
    return MAKES[request.param](tmp_path)


def read(source: AppointmentSource) -> PlannerDelivery:
    delivery = source.read()
    assert delivery is not None
    return delivery


def test_a_planners_calendar_comes_whole_under_its_name(source: AppointmentSource) -> None:
    (export,) = read(source).exports
    assert ("halle", ["e1", "e2"]) == (export.origin, [event.key for event in export.events])


def test_starts_are_utc_whoever_wrote_them(source: AppointmentSource) -> None:
    (export,) = read(source).exports
    assert {"2027-03-10T08:00:00+00:00"} == {event.starts_at.isoformat() for event in export.events}


def test_a_file_that_cannot_be_read_is_named_with_its_reason_and_hinders_no_other(source: AppointmentSource) -> None:
    delivery = read(source)
    assert [("kaputt.ics", "planner_file_broken")] == [(file.name, file.error.code) for file in delivery.refused]
    assert 1 == len(delivery.exports)


def test_reading_again_before_it_is_settled_gives_the_same(source: AppointmentSource) -> None:
    assert read(source).exports == read(source).exports


def test_what_is_settled_does_not_come_again(source: AppointmentSource) -> None:
    delivery = read(source)
    source.settle([export.name for export in delivery.exports], delivery.refused)
    assert source.read() is None
