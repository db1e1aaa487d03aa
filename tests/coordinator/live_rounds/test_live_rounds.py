"""Rounds over the real Flower: two studies at once, and a coordinator that is killed while a round is under way.

Coordinator, SuperLink, round program and dealerships are processes; agents' databases, state machines, entrance with
TLS and node authentication are real. Only the catalogue is left out: roster and studies come from the scene.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from guildpost_agent.adapters.sql.engine import open_engine as open_agent_engine
from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_coordinator.app.announce_round import announce_round
from guildpost_coordinator.domain.rounds import Round, RoundState
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.secagg.stages import ASKING, Stage
from guildpost_shared.studies.spec import StudySpec
from tests.coordinator.flower.rig import free_port
from tests.coordinator.live_rounds.scene import DEALERS, STUDIES, TODAY, Scene
from tests.factories.round_world import KEY

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).parent
PATIENCE = 240.0

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]


class LiveNetwork:
    """The processes, and the record of rounds that they share."""

    def __init__(self, folder: Path) -> None:
        self.scene = Scene(folder)
        self.scene.found()
        self.port = free_port()
        self.rounds = self.scene.rounds()
        self.studies = list(STUDIES.values())
        self.dealers = self._start("dealers_process")
        self.coordinator = self._start("coordinator_process", str(self.port))
        self._await_ready("dealers_process", self.dealers)
        self._await_ready("coordinator_process", self.coordinator)

    def announce(self, study: StudySpec) -> Round:
        """Announce a round of a study, as the command does."""
        return announce_round(
            rounds=self.rounds,
            study=study,
            today=TODAY.date(),
            window=timedelta(seconds=60),
            now=SystemClock().now(),
            entropy=OsEntropy(),
        )

    def get(self, round_id: str) -> Round:
        """Read a round."""
        found = self.rounds.get(round_id)
        assert found is not None
        return found

    def await_stage(self, round_ids: list[str], stage: Stage) -> str:
        """Wait until a stage's instructions of one of some rounds are on their way."""
        last = time.monotonic() + PATIENCE
        while not (found := [one for one in round_ids if self.get(one).stage == stage]):
            assert time.monotonic() < last, f"{stage.name} was not reached\n{self.log()}"
            time.sleep(0.02)
        return found[0]

    def running(self) -> str:
        """Name the round that collects."""
        (found,) = [one.round_id for one in self.rounds.all() if one.state is RoundState.COLLECTING]
        return found

    def await_end(self, round_id: str) -> Round:
        """Wait until a round has ended."""
        last = time.monotonic() + PATIENCE
        while self.get(round_id).is_open:
            assert time.monotonic() < last, f"it hangs: {self.get(round_id)}\n{self.log()}"
            time.sleep(0.1)
        return self.get(round_id)

    def kill_coordinator(self) -> None:
        """Pull its plug: SuperLink and round program die with it."""
        os.kill(self.coordinator.pid, signal.SIGKILL)
        self.coordinator.wait()

    def kill_program(self) -> None:
        """Kill the program of the round that is under way, and nothing else."""
        family = psutil.Process(self.coordinator.pid).children(recursive=True)
        (program,) = [one for one in family if "serverapp" in " ".join(one.cmdline())]
        program.kill()

    def restart_coordinator(self) -> None:
        """Start it again."""
        self.coordinator = self._start("coordinator_process", str(self.port))
        self._await_ready("coordinator_process", self.coordinator)

    def log(self) -> str:
        """Give what the processes said."""
        return "\n".join(path.read_text("utf-8", errors="replace")[-2_000:] for path in self.scene.folder.glob("*.log"))

    def held_at(self, agent: str) -> set[str]:
        """Name the rounds that a dealership remembers."""
        engine = open_agent_engine(self.scene.folder / f"{agent}.db", KEY)
        with unit_of_work_factory(engine)() as uow:
            held = {row[0] for row in uow.rounds.all()}
        engine.dispose()
        return held

    def close(self) -> None:
        for process in (self.dealers, self.coordinator):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _start(self, program: str, *arguments: str) -> "subprocess.Popen[bytes]":
        self.scene.ready(program).unlink(missing_ok=True)
        with (self.scene.folder / f"{program}.log").open("a") as log:
            return subprocess.Popen(
                [sys.executable, str(HERE / f"{program}.py"), str(self.scene.folder), *arguments],
                env=os.environ | {"PYTHONPATH": str(ROOT), "FLWR_TELEMETRY_ENABLED": "0"},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _await_ready(self, program: str, process: "subprocess.Popen[bytes]") -> None:
        last = time.monotonic() + PATIENCE
        while not self.scene.ready(program).exists():
            assert process.poll() is None, self.log()
            assert time.monotonic() < last, self.log()
            time.sleep(0.05)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveNetwork]:
    network = LiveNetwork(tmp_path_factory.mktemp("live"))
    yield network
    network.close()


def in_turn(live: LiveNetwork, announced: list[Round]) -> None:
    """Wait for rounds, and see that everybody was in each and none began before the one before had ended."""
    ended = [live.await_end(round_.round_id) for round_ in announced]
    assert [(RoundState.RELEASED, DEALERS)] * len(ended) == [(one.state, one.contributors) for one in ended], live.log()
    first, second = sorted(ended, key=lambda one: one.opens_at)
    (released,) = [one.released_at for one in live.rounds.releases() if one.round_id == first.round_id]
    assert released <= second.opens_at
    for agent in live.scene.net.agents:
        assert {one.round_id for one in announced} <= live.held_at(agent)


def kill_in(live: LiveNetwork, studies: list[StudySpec], stage: Stage) -> tuple[list[Round], Round]:
    """Announce rounds, kill the coordinator when one of them is in a stage; give them, and that one as it was left."""
    live.scene.hold(stage)
    rounds = [live.announce(study) for study in studies]
    found = live.await_stage([one.round_id for one in rounds], stage)
    live.kill_coordinator()
    live.scene.hold(None)
    left = live.get(found)
    assert (RoundState.COLLECTING, stage) == (left.state, left.stage)
    return rounds, left


@pytest.mark.soak
def test_two_studies_at_once_are_held_in_turn_by_all_agents_although_the_coordinator_is_killed_in_the_first(
    live: LiveNetwork,
) -> None:
    announced, left = kill_in(live, live.studies[:2], Stage.CONSISTENCY_CHECK)
    live.restart_coordinator()
    in_turn(live, announced)
    assert 1 == live.get(left.round_id).resumed


@pytest.mark.soak
def test_two_studies_at_once_are_held_in_turn_by_all_agents(live: LiveNetwork) -> None:
    in_turn(live, [live.announce(study) for study in live.studies[2:4]])


@pytest.mark.soak
@pytest.mark.parametrize(("stage", "study"), [(stage, 4 + stage) for stage in ASKING], ids=str)
def test_a_coordinator_killed_in_a_stage_ends_the_round_after_its_restart(
    live: LiveNetwork, stage: Stage, study: int
) -> None:
    """Released where somebody may have been charged, else given up for nothing and held again."""
    terms = live.studies[study]
    _, left = kill_in(live, [terms], stage)
    live.restart_coordinator()
    ended = live.await_end(left.round_id)
    if stage < Stage.MASKED_INPUT_COLLECTION:
        assert (RoundState.ABORTED, "round_interrupted", True) == (ended.state, ended.reason, ended.may_be_repeated)
        ended = live.await_end(live.announce(terms).round_id)
    assert (RoundState.RELEASED, DEALERS) == (ended.state, ended.contributors), live.log()
    assert 1 == sum(one.study_id == terms.study_id for one in live.rounds.releases())


@pytest.mark.soak
def test_a_round_whose_program_is_killed_goes_on_and_one_given_up_does_not_disturb_the_next(live: LiveNetwork) -> None:
    lost, resumed, after = live.studies[9:12]
    live.scene.hold(Stage.SHARE_KEYS)
    given_up, following = live.announce(lost), live.announce(resumed)
    live.await_stage([given_up.round_id, following.round_id], Stage.SHARE_KEYS)
    first, second = sorted((given_up, following), key=lambda one: one.round_id != live.running())
    live.kill_program()
    live.scene.hold(None)
    ended = live.await_end(first.round_id)
    assert (RoundState.ABORTED, "round_program_ended", True) == (ended.state, ended.reason, ended.may_be_repeated)
    live.scene.hold(Stage.UNMASKING)
    live.await_stage([second.round_id], Stage.UNMASKING)
    live.kill_program()
    live.scene.hold(None)
    ended = live.await_end(second.round_id)
    assert (RoundState.RELEASED, DEALERS, 1) == (ended.state, ended.contributors, ended.resumed), live.log()
    ended = live.await_end(live.announce(after).round_id)
    assert (RoundState.RELEASED, DEALERS, 0) == (ended.state, ended.contributors, ended.resumed), live.log()
