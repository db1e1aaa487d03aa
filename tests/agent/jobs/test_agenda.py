"""When the agent has anything to do: the cheap look before each tick, on the real read model."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from guildpost_agent.adapters.dms.drop_folder import table_of
from guildpost_agent.adapters.sql.read_model import SqlReadModel
from guildpost_agent.domain.smtp_replies import Receipt, Verdict
from guildpost_agent.jobs.agenda import Agenda
from tests.factories.opt_in_world import OptInWorld
from tests.factories.sending_world import NOW as MAIL_DUE
from tests.fakes.channel import FakeChannel

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2027, 3, 3, 9, tzinfo=UTC)  # a Wednesday


class AgendaWorld:
    """A dealership whose last walk was done at NOW."""

    def __init__(self, folder: Path) -> None:
        self.store = OptInWorld(folder)
        self.drop = folder / "drop"
        self.catalogue = "v1"
        self.agenda = Agenda(
            self.drop,
            ZONE,
            SqlReadModel(self.store.engine),
            lambda: self.catalogue,
            is_export=lambda name: table_of(name) is not None,
            wake=folder / "wake",
        )


@pytest.fixture
def world(tmp_path: Path) -> Iterator[AgendaWorld]:
    world = AgendaWorld(tmp_path)
    yield world
    world.store.engine.dispose()


def test_the_first_tick_is_always_due(world: AgendaWorld) -> None:
    assert world.agenda.anything_due(NOW)


def test_nothing_is_due_after_a_walk_until_four_hours_have_passed(world: AgendaWorld) -> None:
    world.agenda.note_done(NOW)
    quiet = [timedelta(), timedelta(minutes=1), timedelta(hours=4) - timedelta(seconds=1)]
    assert [False] * 3 == [world.agenda.anything_due(NOW + after) for after in quiet]
    assert world.agenda.anything_due(NOW + timedelta(hours=4))


@pytest.mark.parametrize(
    ("name", "due"),
    [
        ("kunden.csv", True),
        ("TERMINE_20270301.TXT", True),
        ("liesmich.txt", False),
        ("~kunden.csv", False),
        ("kunden.csv.part", False),
        ("preise.xlsx", False),
    ],
)
def test_a_finished_export_in_the_drop_folder_is_due_and_nothing_else_there(
    world: AgendaWorld,
    name: str,
    due: bool,  # noqa: FBT001 — a table's column
) -> None:
    world.drop.mkdir()
    world.agenda.note_done(NOW)
    (world.drop / name).write_bytes(b"x")
    assert due == world.agenda.anything_due(NOW)
    assert due == world.agenda.delivery_waits()


@pytest.mark.parametrize("minutes", [-1, 0, 1], ids=["before", "then", "after"])
def test_a_mail_is_due_at_its_minute(world: AgendaWorld, minutes: int) -> None:
    planned = NOW + timedelta(hours=1)
    world.store.plan("erika", planned_at=planned)
    world.agenda.note_done(NOW)
    assert (minutes >= 0) == world.agenda.anything_due(planned + timedelta(minutes=minutes))


def test_an_overdue_mail_keeps_every_tick_due(world: AgendaWorld) -> None:
    world.store.plan("erika")
    world.agenda.note_done(MAIL_DUE)
    assert world.agenda.anything_due(MAIL_DUE)


def test_a_command_wakes_the_agent_once(world: AgendaWorld) -> None:
    world.agenda.note_done(NOW)
    (world.drop.parent / "wake").touch()
    assert world.agenda.anything_due(NOW)
    world.agenda.note_done(NOW)
    assert not world.agenda.anything_due(NOW)


def test_being_woken_during_a_walk_is_for_the_next_one(world: AgendaWorld) -> None:
    assert world.agenda.anything_due(NOW)
    (world.drop.parent / "wake").touch()
    world.agenda.note_done(NOW)
    assert world.agenda.anything_due(NOW)


@pytest.mark.parametrize("refusals", [0, 1], ids=["new", "put off for 15 minutes"])
def test_a_confirmation_mail_is_due_when_it_is_asked_for_or_put_off_to(world: AgendaWorld, refusals: int) -> None:
    world.store.clock.set(NOW)
    world.store.hear_relay()
    world.store.ask("erika")
    channel = FakeChannel()
    channel.answers["erika@beispiel.example"] = [Receipt(Verdict.DEFERRED, 451, "4.3.0")]
    for _ in range(refusals):
        world.store.send(channel)
    world.agenda.note_done(NOW)
    assert [not refusals, True] == [world.agenda.anything_due(NOW + timedelta(minutes=one)) for one in (14, 15)]


def test_new_services_are_due(world: AgendaWorld) -> None:
    world.agenda.note_done(NOW)
    world.catalogue = "v2"
    assert world.agenda.anything_due(NOW)


@pytest.mark.parametrize(
    "monday",
    [datetime(2027, 3, 8, 5, tzinfo=ZONE), datetime(2027, 3, 29, 5, tzinfo=ZONE), datetime(2028, 1, 3, 5, tzinfo=ZONE)],
    ids=["winter time", "the first Monday of summer time", "the turn of the year"],
)
def test_a_new_week_begins_on_monday_at_five_local_time(world: AgendaWorld, monday: datetime) -> None:
    start = monday.astimezone(UTC)
    eve = start - timedelta(minutes=1)
    world.agenda.note_done(eve)
    assert not world.agenda.anything_due(eve)
    assert world.agenda.anything_due(start)
    assert world.agenda.plan_mark(start) == world.agenda.plan_mark(start + timedelta(days=6, hours=23))


def test_the_mark_names_week_and_services(world: AgendaWorld) -> None:
    assert "2027-W09 v1" == world.agenda.plan_mark(NOW)
    assert "2026-W53 v1" == world.agenda.plan_mark(datetime(2027, 1, 3, 12, tzinfo=UTC))
