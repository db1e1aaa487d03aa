"""The processes of a network for rounds over Flower, and the record of rounds that they share.

``live = LiveNetwork(folder)`` founds a network and starts its coordinator and its dealerships. Several brands of the
same dealerships: ``LiveNetwork(folder, brands=[LiveNetwork(folder / "nordik", has_dealers=False)])``.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

import psutil

from guildpost_agent.adapters.sql.engine import open_engine as open_agent_engine
from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_coordinator.app.announce_round import announce_round
from guildpost_coordinator.domain.rounds import Round, RoundState
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.secagg.stages import Stage
from guildpost_shared.studies.spec import StudySpec
from tests.coordinator.flower.rig import free_port
from tests.coordinator.live_rounds.scene import DEALERS, DEAR, STUDIES, TODAY, Scene
from tests.factories.round_world import KEY

ROOT: Final = Path(__file__).resolve().parents[3]
HERE: Final = Path(__file__).parent
PATIENCE: Final = 240.0


class LiveNetwork:
    """One brand's processes, and those of its dealerships."""

    def __init__(
        self,
        folder: Path,
        *,
        dealers: int = DEALERS,
        brands: Sequence["LiveNetwork"] = (),
        has_dealers: bool = True,
    ) -> None:
        """Start the processes.

        Args:
            folder: of this brand.
            dealers: how many there are.
            brands: further ones of the same dealerships, founded before.
            has_dealers: whether the dealerships' process is started here.
        """
        self.scene = Scene(folder)
        self.scene.found(dealers)
        self.port = free_port()
        self.rounds = self.scene.rounds()
        self.studies = [study for study in STUDIES.values() if study not in DEAR]
        self.coordinator = self._start("coordinator_process", str(self.port))
        self.dealers: subprocess.Popen[bytes] | None = None
        if has_dealers:
            self.dealers = self._start("dealers_process", *(str(one.scene.folder) for one in brands))
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
        engine = open_agent_engine(self.scene.database(agent), KEY)
        with unit_of_work_factory(engine)() as uow:
            held = {row[0] for row in uow.rounds.all()}
        engine.dispose()
        return held

    def close(self) -> None:
        """Pull every plug."""
        for process in (self.dealers, self.coordinator):
            if process is not None:
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
