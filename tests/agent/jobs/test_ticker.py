"""Ticks on the real lease table: what fails is kept, what is due is looked up, one process at a time."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from guildpost_agent.adapters.sql.engine import open_engine
from guildpost_agent.adapters.sql.tables import metadata
from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_agent.jobs.ticker import LEASE, Step, Ticker
from guildpost_shared.clock import ManualClock
from guildpost_shared.errors import Unavailable

NOW = datetime(2027, 3, 1, 7, tzinfo=UTC)


class TickWorld:
    """An agent's steps: each notes that it ran; ``failing`` names those that cannot."""

    def __init__(self, folder: Path) -> None:
        self.engine = open_engine(folder / "agent.db", bytes(range(32)))
        metadata.create_all(self.engine)
        self.wall = ManualClock(NOW)
        self.walked: list[str] = []
        self.done: list[datetime] = []
        self.failing: set[str] = set()
        self.due = True

    def ticker(self, holder: str = "agent") -> Ticker:
        steps = [Step(name, self._run(name)) for name in ("intake", "plan", "mail")]
        return Ticker(
            steps,
            unit_of_work_factory(self.engine),
            holder,
            self.wall,
            wanted=lambda _now: self.due,
            note_done=self.done.append,
        )

    def _run(self, name: str) -> Callable[[datetime], None]:
        def run(_now: datetime) -> None:
            self.walked.append(name)
            if name in self.failing:
                raise Unavailable("step_failed", step=name)

        return run


@pytest.fixture
def world(tmp_path: Path) -> Iterator[TickWorld]:
    world = TickWorld(tmp_path)
    yield world
    world.engine.dispose()


def _count_commits(engine: Engine) -> list[str]:
    commits: list[str] = []
    event.listen(engine, "commit", lambda _connection: commits.append("commit"))
    return commits


def test_the_steps_are_walked_in_their_order(world: TickWorld) -> None:
    ticker = world.ticker()
    assert ticker.tick(NOW)
    assert (["intake", "plan", "mail"], [NOW], {}) == (world.walked, world.done, ticker.problems)
    assert NOW == ticker.last_tick


def test_a_failing_step_does_not_stop_the_others_and_is_kept_until_it_succeeds(world: TickWorld) -> None:
    ticker = world.ticker()
    world.failing = {"plan"}
    assert ticker.tick(NOW)
    assert ["intake", "plan", "mail"] == world.walked
    assert {"plan": "step_failed"} == {name: error.code for name, error in ticker.problems.items()}
    world.failing = set()
    ticker.tick(NOW + timedelta(minutes=1))
    assert {} == ticker.problems


def test_only_a_walk_that_left_nothing_undone_counts_as_done(world: TickWorld) -> None:
    ticker = world.ticker()
    world.failing = {"plan", "mail"}
    ticker.tick(NOW)
    world.failing = {"mail"}
    ticker.tick(NOW + timedelta(minutes=1))
    assert [] == world.done
    world.failing = set()
    ticker.tick(NOW + timedelta(minutes=2))
    assert [NOW + timedelta(minutes=2)] == world.done


def test_a_bug_ends_the_process(world: TickWorld) -> None:
    def broken(_now: datetime) -> None:
        raise ZeroDivisionError

    ticker = Ticker([Step("broken", broken)], unit_of_work_factory(world.engine), "agent", world.wall)
    with pytest.raises(ZeroDivisionError):
        ticker.tick(NOW)


def test_a_tick_without_anything_due_touches_no_database(world: TickWorld) -> None:
    ticker, commits = world.ticker(), _count_commits(world.engine)
    world.due = False
    assert ticker.tick(NOW)
    assert ([], [], NOW) == (world.walked, commits, ticker.last_tick)


def test_a_fresh_lease_is_not_written_again_and_an_older_one_is(world: TickWorld) -> None:
    ticker, commits = world.ticker(), _count_commits(world.engine)
    ticker.tick(NOW)
    world.wall.set(NOW + LEASE / 2 - timedelta(seconds=1))
    ticker.tick(NOW)
    assert 1 == len(commits)
    world.wall.set(NOW + LEASE / 2)
    ticker.tick(NOW)
    assert 2 == len(commits)


def test_two_processes_of_one_agent_never_walk_at_once(world: TickWorld) -> None:
    first, second = world.ticker("first"), world.ticker("second")
    assert [True, False] == [first.tick(NOW), second.tick(NOW)]
    assert (3, None) == (len(world.walked), second.last_tick)
    first.release()
    assert second.tick(NOW)


def test_a_dead_process_loses_its_lease_after_ten_minutes(world: TickWorld) -> None:
    assert world.ticker("dead").tick(NOW)
    successor = world.ticker("successor")
    world.wall.set(NOW + LEASE - timedelta(seconds=1))
    assert not successor.tick(NOW)
    world.wall.set(NOW + LEASE)
    assert successor.tick(NOW)
