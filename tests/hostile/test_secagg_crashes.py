"""Both shares of one peer: an agent that is killed around its record never gives a second, different answer.

The agent is a process with the real encrypted database, killed by SIGKILL between working out its answer and recording
it, or between recording it and sending it. Then a hostile coordinator uses the chance: it asks for something else
first, and for the same again afterwards.
"""

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from guildpost_shared.errors import GuildpostError
from guildpost_shared.secagg.envelope import Envelope
from guildpost_shared.secagg.messages import (
    ConsistencyRequest,
    MaskedInputRequest,
    UnmaskingRequest,
)
from guildpost_shared.secagg.stages import Stage
from tests.factories.round_world import RoundWorld
from tests.factories.secagg_network import COORDINATOR
from tests.hostile.secagg_killed_agent import AGENT
from tests.hostile.secagg_knowledge import HEAD, SIGNATURE

ROOT = Path(__file__).parents[2]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[RoundWorld]:
    world = RoundWorld(tmp_path)
    yield world
    world.close()


def bent(stage: Stage, body: bytes) -> bytes:
    """Ask for something else that would be in order by itself: somebody else is missing."""
    match stage:
        case Stage.MASKED_INPUT_COLLECTION:
            return MaskedInputRequest(MaskedInputRequest.decode(body).sealed[:-1]).encode()
        case Stage.CONSISTENCY_CHECK:
            return ConsistencyRequest(ConsistencyRequest.decode(body).survivors[:-1]).encode()
        case _:
            honest = UnmaskingRequest.decode(body)
            return replace(honest, alive=honest.alive[:-1], dead=honest.alive[-1:]).encode()


class Victim:
    """The agent's part in a round: killed at one stage, then lied to."""

    def __init__(self, world: RoundWorld, path: Path, round_id: str, stage: Stage, moment: str) -> None:
        self._world, self._path, self._round_id = world, path, round_id
        self._stage, self._moment = stage, moment
        self.met = 0
        self.refused: list[str] = []
        self.left: list[bytes] = []

    def __call__(self, request: bytes) -> bytes:
        if request[6] != self._stage:
            return self._ask(request)
        self.met += 1
        self._world.agents[AGENT].engine.dispose()
        command = [sys.executable, "-m", "tests.hostile.secagg_killed_agent"]
        died = subprocess.run(
            [*command, str(self._path), self._round_id, self._moment],
            input=request,
            capture_output=True,
            cwd=ROOT,
            check=False,
        )
        assert (-signal.SIGKILL, b"") == (died.returncode, died.stdout), died.stderr.decode()
        self._world.agents[AGENT].restart()
        context = self._world.ticket(self._round_id, AGENT).context
        cover = Envelope(context, "request", self._stage, AGENT)
        lie = cover.seal(self._world.net.keys[COORDINATOR], bent(self._stage, request[HEAD:-SIGNATURE]))
        for asked in (lie, request, lie, request):
            try:
                self.left.append(self._ask(asked))
            except GuildpostError as refusal:
                self.refused.append(refusal.code)
        return self._ask(request)

    def _ask(self, request: bytes) -> bytes:
        return self._world.agents[AGENT].desk(self._world.ticket(self._round_id, AGENT), self._world).answer(request)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("stage", list(Stage)[2:5], ids=lambda stage: stage.name)
def test_whatever_is_asked_after_a_crash_one_stage_has_one_answer(
    world: RoundWorld, tmp_path: Path, stage: Stage, moment: str
) -> None:
    round_ = world.announce()
    victim = Victim(world, tmp_path / f"{AGENT}.db", round_.round_id, stage, moment)
    released = world.conduct(round_, world.exchange(round_.round_id, handlers={AGENT: victim}))
    assert 1 == victim.met
    assert 2 == len(victim.left)
    assert 1 == len(set(victim.left))
    if moment == "after":  # the record binds: the lie is refused, the truth gets the stored bytes
        assert ["secagg_second_request"] * 2 == victim.refused
    elif stage == Stage.UNMASKING:  # nothing was recorded, but what was signed before still binds
        assert ["secagg_survivors", "secagg_second_request"] == victim.refused
    else:  # nothing was recorded and nothing had left: the first question counts, and it was the lie
        assert ["secagg_second_request"] * 2 == victim.refused
    in_the_sum = moment == "after" or stage > Stage.MASKED_INPUT_COLLECTION
    assert (11 if in_the_sum else 10) == released.contributors
