"""A planner's calendars on the real database: stored beside the DMS's, replaced as a whole, seen by the plan."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from guildpost_agent.app.import_dms import import_changes
from guildpost_agent.app.ports.planned import PlannedChange
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.app.take_planner_in import PlannerReport, planner_reports, take_planner_in
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli import main
from guildpost_agent.cli.work import do_step
from guildpost_agent.domain.appointments import AppointmentBook, is_cancelled
from guildpost_agent.domain.dms_rows import Table
from guildpost_agent.domain.exclusions import Reason, booked_or_done
from guildpost_agent.domain.planner.events import PlannedEvent, services_named
from guildpost_agent.domain.records import Appointment, Occasion, Triage
from guildpost_shared.clock import ManualClock
from guildpost_shared.errors import Refused
from guildpost_shared.services.work import Work
from tests.factories.agent import NOW, TODAY, a_config, a_customer, a_vehicle, an_appointment, open_store
from tests.factories.agent_home import an_agent_home
from tests.factories.planner import BERLIN, an_event, ics
from tests.fakes.appointment_source import FakeAppointmentSource
from tests.fakes.dms_source import FakeDmsSource
from tests.fakes.seeded_entropy import SeededEntropy


@pytest.fixture
def store(tmp_path: Path) -> OpenUnitOfWork:
    open_uow = open_store(tmp_path)
    with open_uow() as uow:
        uow.records.upsert_customers([a_customer("1"), a_customer("2", family_name="Maier")])
        uow.records.upsert_vehicles([a_vehicle("V1", customer_id="1", plate="LA-AB 12")])
        uow.records.upsert_vehicles([a_vehicle("V2", customer_id="2", plate="LA-AB 13")])
        uow.commit()
    return open_uow


def take(
    open_uow: OpenUnitOfWork, *events: PlannedEvent, origin: str = "halle", now: datetime = NOW
) -> tuple[PlannerReport, ...]:
    source = FakeAppointmentSource()
    source.deliver(origin, *events)
    taken = take_planner_in(open_uow, source, now, BERLIN)
    assert taken is not None
    assert [f"{origin}.ics"] == source.done
    return taken.reports


def stored(open_uow: OpenUnitOfWork, origin: str = "halle") -> Sequence[Appointment]:
    with open_uow() as uow:
        found = [one for one in uow.records.appointments() if one.origin == origin]
    return sorted(found, key=lambda one: one.starts_at)


HU, SERVICE = an_event("LA-AB 12 HU", "e1"), an_event("LA-AB 13 Inspektion", "e2", number=2)


def test_what_the_planner_holds_is_already_booked(store: OpenUnitOfWork) -> None:
    occasion = Occasion("O1", "1", "V1", "hu_au", TODAY + timedelta(days=30), "dms", 1.0, Triage.TRUSTED)
    take(store, HU)
    with store() as uow:
        book = AppointmentBook(uow.records.appointments())
    refusal = booked_or_done(occasion, book.concerning("V1", "1"), None, NOW)
    assert (Reason.ALREADY_BOOKED, {"starts_at": HU.starts_at.isoformat()}) == (
        refusal and refusal.reason,
        refusal and refusal.facts,
    )


def test_a_new_calendar_takes_the_place_of_the_last_one(store: OpenUnitOfWork) -> None:
    (first,) = take(store, HU, SERVICE)
    (second,) = take(store, replace(SERVICE, starts_at=SERVICE.starts_at + timedelta(days=1)))
    assert (PlannedChange(new=2), PlannedChange(changed=1, cancelled=1)) == (first.change, second.change)
    assert [("V1", True), ("V2", False)] == [(one.vehicle_id, is_cancelled(one)) for one in stored(store)]


def test_the_same_calendar_again_changes_nothing(store: OpenUnitOfWork) -> None:
    take(store, HU, SERVICE)
    before = stored(store)
    (again,) = take(store, HU, SERVICE, now=NOW + timedelta(days=1))
    assert (PlannedChange(unchanged=2), before) == (again.change, stored(store))


def test_an_event_that_comes_back_counts_again(store: OpenUnitOfWork) -> None:
    for events in ((HU,), (), (HU,)):
        take(store, *events)
    assert [False] == [is_cancelled(one) for one in stored(store)]


def test_what_lies_behind_is_not_called_off_by_a_calendar_that_begins_today(store: OpenUnitOfWork) -> None:
    take(store, HU)
    take(store, now=HU.starts_at + timedelta(days=1))
    assert [False] == [is_cancelled(one) for one in stored(store)]


def test_a_cancelled_event_is_no_appointment(store: OpenUnitOfWork) -> None:
    take(store, replace(HU, cancelled=True))
    assert [True] == [is_cancelled(one) for one in stored(store)]


def test_planners_do_not_touch_one_another_nor_the_dms(store: OpenUnitOfWork) -> None:
    with store() as uow:
        uow.records.upsert_appointments([an_appointment("T1", vehicle_id="V1")])
        uow.commit()
    take(store, HU)
    take(store, SERVICE, origin="annahme")
    take(store)
    assert [True] == [is_cancelled(one) for one in stored(store)]
    assert [False, False] == [is_cancelled(one) for origin in ("annahme", "") for one in stored(store, origin)]


def test_a_complete_delivery_of_the_dms_does_not_call_a_planners_appointments_off(store: OpenUnitOfWork) -> None:
    with store() as uow:
        uow.records.upsert_appointments([an_appointment("T1", vehicle_id="V1")])
        uow.commit()
    take(store, HU)
    source = FakeDmsSource()
    columns = ("appointment_id", "customer_id", "day")
    source.deliver(Table.APPOINTMENTS, columns, ("T2", "2", "12.03.2027"), complete=True)
    import_changes(store, source, ManualClock(NOW), SeededEntropy(b"planner"), a_config().dealer)
    assert [False] == [is_cancelled(one) for one in stored(store)]
    assert [True, False] == [is_cancelled(one) for one in stored(store, "")]


def test_what_concerns_nobody_is_counted_and_listed_and_not_stored(store: OpenUnitOfWork) -> None:
    (report,) = take(store, HU, an_event("Besprechung", "e3", number=3), an_event("LA-QQ 1", "e4", number=4))
    assert ({"NO_KEY": 1, "UNKNOWN": 1}, 3, 1) == (report.unmatched, report.events, len(stored(store)))
    assert [(3, "NO_KEY"), (4, "UNKNOWN")] == [(number, reason) for number, _, reason in report.listed]
    with store() as uow:
        assert [report] == list(planner_reports(uow))


WORKS = {
    "wheel_change": [Work(("räderwechsel", "radwechsel"), ("nachziehen",))],
    "climate": [Work(("klimaservice",), ())],
}


@pytest.mark.parametrize(
    ("text", "occasion", "expected"),
    [
        ("HU/AU", "", ("hu_au",)),
        ("HU + Inspektion", "", ("hu_au", "inspection")),
        ("Huber LA-AB 12, Räderwechsel und Klimaservice", "", ("climate", "wheel_change")),
        ("Räderwechsel nachziehen", "", ("",)),
        ("bringt Schein mit", "Radwechsel", ("wheel_change",)),
        ("klappert vorn", "", ("",)),
    ],
    ids=["one", "two inspections", "words of services", "words that say no", "the planner's own kind", "none"],
)
def test_an_event_is_for_every_service_that_it_names(text: str, occasion: str, expected: tuple[str, ...]) -> None:
    assert expected == services_named(an_event(text, occasion=occasion), WORKS)


def test_an_event_that_names_two_services_books_both(store: OpenUnitOfWork) -> None:
    source = FakeAppointmentSource()
    for text, booked in (("LA-AB 12 HU + Räderwechsel", ["hu_au", "wheel_change"]), ("LA-AB 12 HU", ["hu_au"])):
        source.deliver("halle", an_event(text))
        take_planner_in(store, source, NOW, BERLIN, WORKS)
        assert booked == sorted(one.occasion for one in stored(store) if not is_cancelled(one))


def test_a_refused_file_leaves_everything_as_it_was(store: OpenUnitOfWork) -> None:
    take(store, HU)
    source = FakeAppointmentSource()
    source.refuse("halle.ics", Refused("planner_file_broken", file="halle.ics"))
    taken = take_planner_in(store, source, NOW, BERLIN)
    assert taken is not None
    assert ([], ["halle.ics"], [False]) == (
        list(taken.reports),
        source.refused,
        [is_cancelled(one) for one in stored(store)],
    )


def test_the_agent_takes_the_planners_folder_in_and_says_what_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = an_agent_home(tmp_path, monkeypatch)
    assert 0 == main(["appointments", "--home", str(home)])
    folder = tmp_path / "planner"
    folder.mkdir()
    with (home / "agent.toml").open("a", encoding="utf-8") as file:
        file.write(f'\n[appointments]\nfolder = "{folder}"\n')
    core = open_core(home)
    with core.open_uow() as uow:
        uow.records.upsert_customers([a_customer("1")])
        uow.records.upsert_vehicles([a_vehicle("V1", customer_id="1", plate="LA-AB 12")])
        uow.commit()
    rows = "Beginn;Kennzeichen;Betreff\n10.03.2027 09:00;LA-AB 12;HU\n11.03.2027 09:00;LA-QQ 9;HU\n"
    (folder / "halle_2027-03-01.csv").write_text(rows, "cp1252")
    assert 0 == do_step(core, "intake", NOW, {})
    assert [datetime(2027, 3, 10, 8, tzinfo=UTC)] == [one.starts_at for one in stored(core.open_uow)]
    (folder / "annahme.ics").write_bytes(ics("UID:1\nDTSTART:morgen"))
    assert 77 == main(["appointments", "--home", str(home), "--take-in", "--lang", "en"])
    said = capsys.readouterr().out
    assert "event no. 1 has no readable start" in said
    assert "2 events, 1 of them matched" in said
    assert "no. 3, 11 Mar 2027 09:00: plate or number not known here" in said
    assert {"exports": 0, "planner": 2} == {
        kind: sum(name.startswith(kind) and not name.endswith(".txt") for name, _ in core.rights.files.exports())
        for kind in ("exports", "planner")
    }
