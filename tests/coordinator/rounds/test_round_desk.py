"""The desk that works rounds off, on the real record and the real announcement board; the engine is a fake port."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.migrate import migrate
from guildpost_coordinator.adapters.sql.rounds import SqlRounds
from guildpost_coordinator.app.announcement_board import AnnouncementBoard
from guildpost_coordinator.app.ports.rounds import Finished, ReleaseRecord
from guildpost_coordinator.domain.rounds import (
    MOST_RESUMED,
    RESUME_WINDOW,
    Round,
    RoundState,
    move,
)
from guildpost_coordinator.jobs.round_desk import LET_GO, Desk, RoundDesk
from guildpost_shared.clock import ManualClock
from guildpost_shared.errors import Unavailable
from guildpost_shared.identity.enrolment import Endpoint
from guildpost_shared.identity.presence import RoundWindow
from guildpost_shared.secagg.patience import stage_seconds
from guildpost_shared.secagg.stages import ASKING, Stage
from tests.fakes.round_engine import FakeEngine

NOW = datetime(2027, 6, 2, 8, tzinfo=UTC)
ENTRANCE = Endpoint("127.0.0.1", 9443)


class DeskWorld:
    """One coordinator; ``desk`` is its present life."""

    def __init__(self, folder: Path) -> None:
        self.sql = open_engine(folder / "coordinator.sqlite")
        migrate(self.sql)
        self.rounds = SqlRounds(self.sql)
        self.clock = ManualClock(NOW)
        self.published: list[Mapping[str, bytes]] = []
        self.catalogue_away = False
        self.restart()

    def restart(self) -> None:
        """Begin a new life: what was in memory is gone, the programs as well."""
        self.engine = FakeEngine()
        self.board = AnnouncementBoard(self.clock)
        self.desk = RoundDesk(
            Desk(
                rounds=self.rounds,
                engine=self.engine,
                announcements=self.board,
                entrance=lambda: ENTRANCE,
                publish=self._publish,
                clock=self.clock,
            )
        )

    def _publish(self, paths: Mapping[str, bytes]) -> None:
        if self.catalogue_away:
            raise Unavailable("catalogue_never_synced")
        self.published.append(paths)

    def announce(self, round_id: str = "r-1", at: datetime = NOW) -> Round:
        """Store an announced round of a period of its own."""
        round_ = Round(
            round_id,
            "studies/timing/1.json",
            "timing",
            f"period-{round_id}",
            RoundState.ANNOUNCED,
            at,
            at + timedelta(minutes=2),
        )
        self.rounds.add(round_)
        return round_

    def collect(self, round_: Round, stage: Stage = Stage.ADVERTISE_KEYS) -> Round:
        """Do what the program does at its start, as far as a stage."""
        collecting = move(round_, "open")
        self.rounds.save(collecting)
        self.rounds.enter(collecting, stage, 11, b"journal" if stage >= Stage.MASKED_INPUT_COLLECTION else None)
        return collecting

    def program(self) -> int:
        """Give the number of the program that was started last."""
        return len(self.engine.submitted) - 1

    def stored(self, round_id: str = "r-1") -> Round:
        """Read a round."""
        found = self.rounds.get(round_id)
        assert found is not None
        return found

    def release(self, round_: Round) -> None:
        """Do what the program does at its end."""
        released = move(round_, "release", contributors=11)
        path = f"releases/timing/{round_.period}.json"
        record = ReleaseRecord("timing", round_.period, round_.round_id, path, b"{}", NOW)
        self.rounds.save(released, Finished(record))

    def heard(self) -> list[str]:
        """List the rounds that an agent is told of when it connects now."""
        return [news.round_id for news in self.board.since(0)[0] if isinstance(news, RoundWindow)]

    def state(self, round_id: str = "r-1") -> tuple[str, str]:
        """Read a round's state and the reason of its end."""
        found = self.rounds.get(round_id)
        assert found is not None
        return found.state.value, found.reason


@pytest.fixture
def world(tmp_path: Path) -> Iterator[DeskWorld]:
    world = DeskWorld(tmp_path)
    yield world
    world.sql.dispose()


def test_an_announced_round_gets_its_window_its_program_and_its_audience(world: DeskWorld) -> None:
    world.announce()
    world.desk.look()
    world.desk.look()
    assert (True, ["r-1"], ["r-1"]) == (world.engine.open, world.engine.submitted, world.heard())
    assert ("announced", "") == world.state()


def test_a_released_round_is_published_once_and_its_window_closed(world: DeskWorld) -> None:
    round_ = world.announce()
    world.desk.look()
    world.release(world.collect(round_))
    world.engine.over.add(0)
    for _ in range(3):
        world.desk.look()
    assert [{"releases/timing/period-r-1.json": b"{}"}] == world.published
    assert (False, []) == (world.engine.open, world.heard())
    assert ("released", "") == world.state()
    world.restart()
    world.desk.look()
    assert 1 == len(world.published)


def test_a_release_waits_for_a_catalogue_that_is_away(world: DeskWorld) -> None:
    round_ = world.announce()
    world.desk.look()
    world.release(world.collect(round_))
    world.catalogue_away = True
    with pytest.raises(Unavailable):
        world.desk.look()
    world.catalogue_away = False
    world.desk.look()
    assert 1 == len(world.published)


@pytest.mark.parametrize("collecting", [False, True], ids=["announced", "collecting"])
def test_a_round_whose_program_ended_without_a_word_is_aborted(world: DeskWorld, collecting: bool) -> None:  # noqa: FBT001 — a table's column
    round_ = world.announce()
    world.desk.look()
    if collecting:
        world.collect(round_)
    world.engine.over.add(0)
    world.desk.look()
    assert ("aborted", "round_program_ended") == world.state()
    assert (False, []) == (world.engine.open, world.heard())


def test_what_the_program_stored_itself_stands(world: DeskWorld) -> None:
    round_ = world.announce()
    world.desk.look()
    world.rounds.save(move(world.collect(round_), "abort", reason="secagg_floor"))
    world.engine.over.add(0)
    world.desk.look()
    assert ("aborted", "secagg_floor") == world.state()


@pytest.mark.parametrize("stage", ASKING, ids=lambda stage: stage.name)
def test_after_a_restart_a_round_goes_on_from_the_masked_vectors_on_and_is_given_up_before(
    world: DeskWorld, stage: Stage
) -> None:
    round_ = world.announce()
    world.desk.look()
    world.collect(round_, stage)
    world.restart()
    world.clock.set(NOW + timedelta(minutes=4))
    world.desk.look()
    if stage < Stage.MASKED_INPUT_COLLECTION:
        assert ("aborted", "round_interrupted") == world.state()
        assert ([], True) == (world.engine.submitted, world.stored().may_be_repeated)
    else:
        assert ("collecting", "") == world.state()
        assert (["r-1"], ["r-1"], True) == (world.engine.submitted, world.heard(), world.engine.open)
        stored = world.stored()
        assert (1, NOW + timedelta(minutes=4) + RESUME_WINDOW) == (stored.resumed, stored.closes_at)


def test_a_round_whose_program_dies_from_the_masked_vectors_on_goes_on_three_times_and_no_more(
    world: DeskWorld,
) -> None:
    round_ = world.announce()
    world.desk.look()
    world.collect(round_, Stage.UNMASKING)
    for _ in range(MOST_RESUMED + 2):
        world.engine.over.add(world.program())
        world.desk.look()
    assert ("aborted", "round_program_ended") == world.state()
    assert ["r-1"] * (1 + MOST_RESUMED) == world.engine.submitted
    assert ([], False, False) == (world.heard(), world.engine.open, world.stored().may_be_repeated)


def test_a_round_is_not_resumed_long_after_its_window(world: DeskWorld) -> None:
    round_ = world.announce()
    world.desk.look()
    world.collect(round_, Stage.CONSISTENCY_CHECK)
    world.restart()
    world.clock.set(round_.given_up_at)
    world.desk.look()
    assert ("aborted", "round_interrupted") == world.state()
    assert [] == world.engine.submitted


@pytest.mark.parametrize("away", [False, True], ids=["the engine is there", "the engine is away"])
def test_a_round_that_neither_ends_nor_gets_anywhere_is_ended(world: DeskWorld, away: bool) -> None:  # noqa: FBT001 — a table's column
    round_ = world.announce()
    world.desk.look()
    world.collect(round_, Stage.CONSISTENCY_CHECK)
    world.clock.set(round_.given_up_at)
    world.engine.away = away
    world.desk.look()
    assert ("aborted", "round_overdue") == world.state()
    world.engine.away = False
    world.desk.look()
    assert away or world.engine.over == {0}


def test_after_a_restart_a_round_whose_window_is_open_begins_again(world: DeskWorld) -> None:
    world.announce()
    world.desk.look()
    world.restart()
    world.desk.look()
    assert (["r-1"], ["r-1"]) == (world.engine.submitted, world.heard())


def test_a_round_whose_window_passed_meanwhile_is_aborted(world: DeskWorld) -> None:
    round_ = world.announce()
    world.clock.set(round_.closes_at)
    world.desk.look()
    assert ("aborted", "round_window_missed") == world.state()
    assert [] == world.engine.submitted


def test_rounds_announced_at_once_are_worked_off_one_after_the_other_and_each_has_its_whole_window(
    world: DeskWorld,
) -> None:
    for name in ("r-1", "r-2", "r-3"):
        world.announce(name)
    for number in range(3):
        world.desk.look()
        assert number + 1 == len(world.engine.submitted)
        running = world.stored(world.engine.submitted[-1])
        assert [running.round_id] == world.heard()
        assert NOW + number * timedelta(minutes=5) == running.opens_at
        assert running.opens_at + timedelta(minutes=2) == running.closes_at
        world.release(world.collect(running, Stage.UNMASKING))
        world.clock.set(NOW + (number + 1) * timedelta(minutes=5))
        world.desk.look()
        world.engine.over.add(world.program())
        world.desk.look()
    world.desk.look()
    assert {"r-1", "r-2", "r-3"} == set(world.engine.submitted)
    assert not world.engine.open


def test_a_round_waits_for_an_engine_that_starts_and_then_has_its_whole_window(world: DeskWorld) -> None:
    world.announce()
    world.engine.starting = True
    world.desk.look()
    world.clock.set(NOW + timedelta(seconds=50))
    world.desk.look()
    assert (False, [], []) == (world.engine.open, world.engine.submitted, world.heard())
    world.engine.starting = False
    world.desk.look()
    assert (True, ["r-1"], ["r-1"]) == (world.engine.open, world.engine.submitted, world.heard())
    assert world.clock.now() + timedelta(minutes=2) == world.stored().closes_at


def test_a_round_that_is_to_go_on_waits_for_an_engine_that_starts(world: DeskWorld) -> None:
    world.collect(world.announce(), Stage.MASKED_INPUT_COLLECTION)
    world.engine.starting = True
    world.desk.look()
    assert ([], "collecting") == (world.engine.submitted, world.state()[0])
    world.engine.starting = False
    world.desk.look()
    assert (["r-1"], ["r-1"]) == (world.engine.submitted, world.heard())


@pytest.mark.parametrize("overdue", [False, True], ids=["its program died", "it was overdue"])
def test_the_entrance_stays_shut_for_a_while_behind_a_round_that_sent_nobody_home(
    world: DeskWorld,
    overdue: bool,  # noqa: FBT001 — a table's column
) -> None:
    first = world.announce("r-1")
    world.desk.look()
    world.collect(first, Stage.SHARE_KEYS)
    end = first.given_up_at if overdue else NOW + timedelta(minutes=1)
    world.clock.set(end)
    world.announce("r-2", end)
    if not overdue:
        world.engine.over.add(0)
    world.desk.look()
    assert ("aborted", False) == (world.state("r-1")[0], world.engine.open)
    world.clock.set(end + LET_GO - timedelta(seconds=1))
    world.desk.look()
    assert (["r-1"], False) == (world.engine.submitted, world.engine.open)
    world.clock.set(end + LET_GO)
    world.desk.look()
    assert (["r-1", "r-2"], True) == (world.engine.submitted, world.engine.open)


def test_a_round_to_be_resumed_waits_for_the_one_that_is_under_way(world: DeskWorld) -> None:
    first, second = world.announce("r-1"), world.announce("r-2")
    world.collect(first, Stage.UNMASKING)
    world.collect(second, Stage.UNMASKING)
    world.desk.look()
    world.desk.look()
    assert 1 == len(world.engine.submitted)
    world.release(world.stored(world.engine.submitted[0]))
    world.engine.over.add(0)
    world.desk.look()
    world.desk.look()
    assert {"r-1", "r-2"} == set(world.engine.submitted)


def test_releases_are_published_while_the_engine_is_away(world: DeskWorld) -> None:
    waiting, over = world.announce("r-1"), world.announce("r-2")
    world.release(world.collect(over))
    world.engine.away = True
    world.desk.look()
    assert 1 == len(world.published)
    world.engine.away = False
    world.desk.look()
    assert [waiting.round_id] == world.engine.submitted


def test_the_loop_looks_by_itself_and_ends(world: DeskWorld) -> None:
    world.announce()
    world.desk.start()
    for _ in range(100):
        if world.engine.submitted:
            break
        world.desk._stop.wait(0.05)
    world.desk.stop()
    assert ["r-1"] == world.engine.submitted


@pytest.mark.parametrize(
    ("dealers", "stage", "minutes"), [(12, 60, 15), (300, 60, 15), (1_000, 200, 50), (2_500, 500, 125)]
)
def test_a_round_of_many_dealerships_has_more_time(dealers: int, stage: int, minutes: int) -> None:
    """The transport hands one message on after the other."""
    round_ = Round("r-1", "studies/s/1.json", "s", "2027", RoundState.COLLECTING, NOW, NOW, joined=dealers)
    assert (stage, timedelta(minutes=minutes)) == (stage_seconds(dealers), round_.given_up_at - NOW)
