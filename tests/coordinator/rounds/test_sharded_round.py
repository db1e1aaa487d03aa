"""A round of a network in two shards, through ``drive_round``: real agents' desks, record, journal and release."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from guildpost_coordinator.app.ports.rounds import nobody_listens
from guildpost_coordinator.domain.rounds import RoundState, resumed
from guildpost_shared.secagg.shard_sums import LostShard
from guildpost_shared.secagg.shards import shards_of
from guildpost_shared.secagg.stages import Stage
from guildpost_shared.studies.layout import VectorLayout
from guildpost_shared.studies.noise import summed_variance
from guildpost_shared.studies.release import parse_release
from tests.factories.round_world import CUSTOMERS, RoundWorld
from tests.fakes.round_transport import FakeExchange, FakeNode

DEALERS, MOST, SIGMAS = 22, 11, 6
STAGE_AT = 6  # in an instruction, behind magic, version and direction


class KilledError(BaseException):
    """The power went out."""


class MortalExchange(FakeExchange):
    """Loses its program once, when the masked vectors are there; notes what each node was asked in each stage."""

    def __init__(self, nodes: Mapping[int, FakeNode]) -> None:
        super().__init__(nodes)
        self.asked: defaultdict[tuple[int, int], set[bytes]] = defaultdict(set)
        self._killed = False

    def exchange(
        self, requests: Mapping[int, bytes], timeout_s: float, awaiting: Callable[[int], None] = nobody_listens
    ) -> dict[int, bytes]:
        for node, body in requests.items():
            self.asked[node, body[STAGE_AT]].add(body)
        replies = super().exchange(requests, timeout_s, awaiting)
        if not self._killed and self.number == Stage.MASKED_INPUT_COLLECTION + 1:
            self._killed = True
            raise KilledError
        return replies


@pytest.fixture
def world(tmp_path: Path) -> Iterator[RoundWorld]:
    world = RoundWorld(tmp_path, dealers=DEALERS, most_agents=MOST)
    yield world
    world.close()


def shards(world: RoundWorld) -> list[list[str]]:
    return [sorted(shard) for shard in shards_of(world.net.roster, MOST)]


def sent_in(world: RoundWorld) -> int:
    """Read how many mails of Tuesday at ten the last sum holds."""
    return int(world.results[-1].sum[VectorLayout.of(world.study).names.index("hu_au/sends/slot/1/10")])


def is_charged(world: RoundWorld, agent_id: str) -> bool:
    """Tell whether the dealership's upload of the period is spent."""
    study, now = world.study, world.wall.now()
    with world.agents[agent_id].open_uow() as uow:
        return not uow.rounds.charge(study_id=study.study_id, period=study.period, round_id="another", now=now)


def test_the_release_of_two_shards_is_of_all_dealers_although_the_program_died_with_all_masked_vectors(
    world: RoundWorld,
) -> None:
    round_ = world.announce()
    exchange = MortalExchange(world.exchange(round_.round_id).members)
    with pytest.raises(KilledError):
        world.conduct(round_, exchange)
    left = world.rounds.get(round_.round_id)
    assert left is not None
    again = resumed(left, world.wall.now() + timedelta(minutes=1))
    world.rounds.save(again)
    released = world.conduct(again, exchange)
    assert (RoundState.RELEASED, DEALERS, 1) == (released.state, released.contributors, released.resumed)
    assert {1} == {len(bodies) for bodies in exchange.asked.values()}
    result = world.results[-1]
    assert (Fraction(DEALERS, 10), DEALERS, ()) == (result.noise, result.groups, result.lost)
    bound = SIGMAS * math.sqrt(summed_variance(world.study, result.noise))
    assert abs(sent_in(world) - DEALERS * CUSTOMERS) <= bound < CUSTOMERS * MOST
    (record,) = world.rounds.releases()
    assert (DEALERS, DEALERS) == (parse_release(record.body).contributors, parse_release(record.body).groups)


def test_a_shard_in_which_too_few_came_costs_its_dealers_nothing_and_the_others_not_their_round(
    world: RoundWorld,
) -> None:
    poor, rich = shards(world)
    round_ = world.announce()
    released = world.conduct(round_, world.exchange(round_.round_id, absent=poor[:2]))
    assert (RoundState.RELEASED, MOST) == (released.state, released.contributors)
    assert (1, MOST) == (released.lost_shards, released.lost_agents)
    assert (tuple(rich), (LostShard(MOST, "secagg_floor"),)) == (world.results[-1].contributors, world.results[-1].lost)
    assert [False, True] == [is_charged(world, shard[2]) for shard in (poor, rich)]
