"""The program of a round is killed in every stage: it goes on without asking anything else, or it was free of charge.

Real agents' desks on encrypted databases, the real state machines and record; the transport is in memory.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from guildpost_coordinator.app.ports.rounds import nobody_listens
from guildpost_coordinator.domain.rounds import Round, RoundState, move, resumed
from guildpost_shared.errors import Conflict, GuildpostError
from guildpost_shared.secagg.stages import ASKING, Stage
from tests.factories.round_world import RoundWorld
from tests.fakes.round_transport import FakeExchange

CHARGING = [stage for stage in ASKING if stage >= Stage.MASKED_INPUT_COLLECTION]
FREE = [stage for stage in ASKING if stage < Stage.MASKED_INPUT_COLLECTION]
FIRST = "dealer-00"


class KilledError(BaseException):
    """The power went out."""


class MortalExchange(FakeExchange):
    """Loses its program in one stage, before the instructions go out or when all replies have arrived."""

    dies_in: Stage | None = None
    has_asked = False

    def exchange(
        self, requests: Mapping[int, bytes], timeout_s: float, awaiting: Callable[[int], None] = nobody_listens
    ) -> dict[int, bytes]:
        dying = self.number == self.dies_in
        if dying and not self.has_asked:
            raise KilledError
        replies = super().exchange(requests, timeout_s, awaiting)
        if dying:
            raise KilledError
        return replies


class Ears:
    """Hears what each agent is asked and answers, over all lives of the coordinator."""

    def __init__(self, world: RoundWorld, round_id: str) -> None:
        self.replies: defaultdict[tuple[str, bytes], set[bytes]] = defaultdict(set)
        self.asked: defaultdict[tuple[str, int], set[bytes]] = defaultdict(set)
        self._world, self._round_id = world, round_id

    def handlers(self) -> dict[str, Callable[[bytes], bytes]]:
        return {agent_id: self._ear(agent_id) for agent_id in self._world.agents}

    def _ear(self, agent_id: str) -> Callable[[bytes], bytes]:
        desk = self._world.agents[agent_id].desk(self._world.ticket(self._round_id, agent_id), self._world)

        def answer(request: bytes) -> bytes:
            reply = desk.answer(request)
            self.asked[agent_id, request[6]].add(request)
            self.replies[agent_id, request].add(reply)
            return reply

        return answer


@pytest.fixture
def world(tmp_path: Path) -> Iterator[RoundWorld]:
    world = RoundWorld(tmp_path)
    yield world
    world.close()


def interrupted(world: RoundWorld, stage: Stage, *, has_asked: bool) -> tuple[Ears, Round]:
    """Announce a round and conduct it until its program dies; give who listened, and what is stored."""
    round_ = world.announce()
    ears = Ears(world, round_.round_id)
    exchange = MortalExchange(world.exchange(round_.round_id, handlers=ears.handlers()).members)
    exchange.dies_in, exchange.has_asked = stage, has_asked
    with pytest.raises(KilledError):
        world.conduct(round_, exchange)
    return ears, stored(world, round_.round_id)


def stored(world: RoundWorld, round_id: str) -> Round:
    found = world.rounds.get(round_id)
    assert found is not None
    return found


def go_on(world: RoundWorld, ears: Ears, round_: Round, absent: tuple[str, ...] = ()) -> Round:
    """Conduct an interrupted round on, as the desk has it done."""
    again = resumed(round_, world.wall.now() + timedelta(minutes=1))
    world.rounds.save(again)
    return world.conduct(again, world.exchange(round_.round_id, handlers=ears.handlers(), absent=absent))


def charged_rounds(world: RoundWorld, agent_id: str, study_id: str) -> bool:
    """Tell whether a further round of the period would find the upload spent."""
    with world.agents[agent_id].open_uow() as uow:
        return not uow.rounds.charge(
            study_id=study_id, period=world.study.period, round_id="another", now=world.wall.now()
        )


@pytest.mark.parametrize("has_asked", [False, True], ids=["before asking", "with all replies at hand"])
@pytest.mark.parametrize("stage", CHARGING, ids=lambda stage: stage.name)
def test_from_the_masked_vectors_on_it_goes_on_and_every_agent_is_asked_one_thing_a_stage(
    world: RoundWorld,
    stage: Stage,
    has_asked: bool,  # noqa: FBT001 — a table's column
) -> None:
    ears, left = interrupted(world, stage, has_asked=has_asked)
    assert (RoundState.COLLECTING, stage, len(world.agents)) == (left.state, left.stage, left.joined)
    assert left.may_be_resumed(world.wall.now())
    released = go_on(world, ears, left)
    assert (RoundState.RELEASED, len(world.agents), 1) == (released.state, released.contributors, released.resumed)
    assert {1} == {len(requests) for requests in ears.asked.values()}
    assert {1} == {len(replies) for replies in ears.replies.values()}
    assert len(ASKING) * len(world.agents) == len(ears.asked)
    assert 1 == len(world.rounds.releases())
    assert () == world.rounds.journal(left.round_id)
    assert 0 == released.waiting


@pytest.mark.parametrize("has_asked", [False, True], ids=["before asking", "with all replies at hand"])
@pytest.mark.parametrize("stage", FREE, ids=lambda stage: stage.name)
def test_before_the_masked_vectors_nobody_is_charged_and_the_period_is_announced_again(
    world: RoundWorld,
    stage: Stage,
    has_asked: bool,  # noqa: FBT001 — a table's column
) -> None:
    _, left = interrupted(world, stage, has_asked=has_asked)
    assert not left.may_be_resumed(world.wall.now())
    world.rounds.save(move(left, "abort", reason="round_interrupted"))
    again = world.announce()
    released = world.conduct(again, world.exchange(again.round_id))
    assert (RoundState.RELEASED, len(world.agents), 2) == (released.state, released.contributors, released.attempt)


def test_a_round_without_a_quorum_costs_nobody_anything_and_is_held_when_enough_are_there(world: RoundWorld) -> None:
    early = world.announce()
    with pytest.raises(GuildpostError, match="secagg_floor"):
        world.conduct(early, world.exchange(early.round_id, absent=["dealer-00", "dealer-01"]))
    assert stored(world, early.round_id).may_be_repeated
    again = world.announce()
    assert len(world.agents) == world.conduct(again, world.exchange(again.round_id)).contributors
    with pytest.raises(Conflict, match="round_exists"):
        world.announce()


def test_a_round_that_lost_too_many_after_its_masked_vectors_is_lost_for_good(world: RoundWorld) -> None:
    ears, left = interrupted(world, Stage.CONSISTENCY_CHECK, has_asked=False)
    with pytest.raises(GuildpostError, match="secagg_below_threshold"):
        go_on(world, ears, left, absent=("dealer-00", "dealer-01"))
    ended = stored(world, left.round_id)
    assert (RoundState.ABORTED, "secagg_below_threshold") == (ended.state, ended.reason)
    assert not ended.may_be_repeated
    with pytest.raises(Conflict, match="round_exists"):
        world.announce()
    assert charged_rounds(world, FIRST, world.study.study_id)


def test_one_who_does_not_come_back_is_left_out_and_the_others_finish(world: RoundWorld) -> None:
    ears, left = interrupted(world, Stage.CONSISTENCY_CHECK, has_asked=True)
    released = go_on(world, ears, left, absent=(FIRST,))
    assert (RoundState.RELEASED, len(world.agents)) == (released.state, released.contributors)


def test_a_program_that_is_not_dead_after_all_can_neither_ask_nor_release(world: RoundWorld) -> None:
    """Its successor has taken the round over; the agents would refuse a second question anyway."""
    ears, left = interrupted(world, Stage.MASKED_INPUT_COLLECTION, has_asked=True)
    released = go_on(world, ears, left)
    before = dict(ears.asked)
    with pytest.raises(Conflict, match="illegal_transition"):
        world.rounds.enter(left, Stage.CONSISTENCY_CHECK, 11, b"")
    with pytest.raises(Conflict, match="illegal_transition"):
        world.rounds.save(move(left, "abort", reason="round_interrupted"))
    assert (before, released) == (ears.asked, stored(world, left.round_id))
