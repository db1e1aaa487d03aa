"""A whole network of processes whose coordinator is killed in the middle of a round: agents come back and finish it."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bench.federation.live import network, publish, record
from guildpost_coordinator.domain.rounds import RoundState
from guildpost_demo.driver.commands import COORDINATOR, FIGURES
from guildpost_demo.driver.replay import ROUND_PATIENCE
from guildpost_shared.secagg.stages import Stage

DEALERS = 10

pytestmark = [pytest.mark.e2e, pytest.mark.soak]


def test_a_round_goes_on_when_the_coordinator_that_was_killed_is_back(tmp_path: Path) -> None:
    with network(tmp_path / "network", DEALERS) as stage, ThreadPoolExecutor(1) as aside:
        publish(stage)
        rounds = record(stage)
        command = aside.submit(stage.supervisor.run, stage.commands.run_round(FIGURES), ROUND_PATIENCE)
        last = time.monotonic() + ROUND_PATIENCE
        while not any(one.has_charged for one in rounds.all()):
            assert time.monotonic() < last, rounds.all()
            time.sleep(0.02)
        os.kill(stage.supervisor.pids()[COORDINATOR], signal.SIGKILL)
        (left,) = rounds.all()
        assert RoundState.COLLECTING == left.state
        assert Stage.MASKED_INPUT_COLLECTION == left.stage
        while any(one.is_open for one in rounds.all()):
            assert time.monotonic() < last, rounds.all()
            time.sleep(0.2)
        assert f'"contributors": {DEALERS}' in command.result()
        (ended,) = rounds.all()
        assert (RoundState.RELEASED, DEALERS, 1) == (ended.state, ended.contributors, ended.resumed), ended
        assert 1 == len(rounds.releases())
