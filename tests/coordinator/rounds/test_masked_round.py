"""A whole federated round in one process: real agents' desks against the real aggregator, through ``drive_round``."""

import math
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from guildpost_agent.app.egress.ledger import verify_ledger
from guildpost_coordinator.domain.rounds import RoundState
from guildpost_shared.errors import GuildpostError, Unavailable
from guildpost_shared.secagg.envelope import Envelope, unwrap
from guildpost_shared.secagg.stages import Stage
from guildpost_shared.studies.layout import VectorLayout
from guildpost_shared.studies.noise import summed_variance
from guildpost_shared.studies.release import parse_release
from tests.factories.round_world import CUSTOMERS, STUDY, RoundWorld, a_study
from tests.fakes.round_transport import FakeExchange

FIRST = "dealer-00"
SIGMAS = 6
MASKED_INPUT = 3  # the number of its exchange


@pytest.fixture
def world(tmp_path: Path) -> Iterator[RoundWorld]:
    world = RoundWorld(tmp_path)
    yield world
    world.close()


def _expected(dealers: int) -> dict[str, int]:
    """Everybody wrote to thirty customers on Tuesday at ten, forty days before the due date; ten of them booked."""
    sends, bookings = CUSTOMERS * dealers, CUSTOMERS // 3 * dealers
    return {
        "hu_au/sends/slot/1/10": sends,
        "hu_au/bookings/slot/1/10": bookings,
        "hu_au/sends/lead/28-42": sends,
        "hu_au/bookings/lead/28-42": bookings,
    }


def _noise(world: RoundWorld, expected: dict[str, int]) -> list[int]:
    """Subtract the true counts from the last sum."""
    names = VectorLayout.of(world.study).names
    assert expected.keys() <= set(names)
    truth = np.array([expected.get(name, 0) for name in names])
    return [int(value) for value in world.results[-1].sum - truth]


def _bound(world: RoundWorld) -> float:
    result = world.results[-1]
    return SIGMAS * math.sqrt(summed_variance(world.study, result.noise))


def _run(world: RoundWorld) -> FakeExchange:
    """Announce and conduct one round with everybody."""
    round_ = world.announce()
    exchange = world.exchange(round_.round_id)
    world.conduct(round_, exchange)
    return exchange


def test_the_released_sum_is_the_true_counts_plus_the_promised_noise(world: RoundWorld) -> None:
    round_ = world.announce()
    released = world.conduct(round_, world.exchange(round_.round_id))
    noise = _noise(world, _expected(11))
    assert (RoundState.RELEASED, 11) == (released.state, released.contributors)
    assert released == world.rounds.get(round_.round_id)
    assert max(map(abs, noise)) <= _bound(world) < CUSTOMERS * 11 / 3
    assert any(noise)  # and noise there is
    (record,) = world.rounds.releases()
    release = parse_release(record.body)
    assert (11, 11, STUDY.period_start) == (release.contributors, release.groups, release.period_start)
    assert (round_.round_id, False) == (record.round_id, record.published)
    assert b"dealer-" not in record.body


def test_every_reply_stands_in_the_agents_ledger_and_the_customers_are_marked(world: RoundWorld) -> None:
    _run(world)
    for agent in world.agents.values():
        with agent.open_uow() as uow:
            entries = uow.egress.all()
            counted = uow.rounds.contributed(STUDY.study_id, "2027-Q1")
            assert ["answered_5"] == [state for *_, state in uow.rounds.all()]
        verify_ledger(entries)
        assert ["round_reply"] * 5 == [entry.kind for entry in entries]
        assert {f"c-{number}" for number in range(CUSTOMERS)} == counted


def test_a_second_round_for_the_same_period_is_refused_by_every_agent(world: RoundWorld, tmp_path: Path) -> None:
    _run(world)
    world.use(STUDY, tmp_path / "forgetful")
    round_ = world.announce()
    exchange = world.exchange(round_.round_id)
    with pytest.raises(GuildpostError, match="secagg_below_threshold"):
        world.conduct(round_, exchange)
    assert MASKED_INPUT == exchange.number
    assert dict.fromkeys(range(11), "round_already_contributed") == exchange.refusals
    stored = world.rounds.get(round_.round_id)
    assert stored is not None
    assert (RoundState.ABORTED, "secagg_below_threshold") == (stored.state, stored.reason)
    assert [] == world.rounds.releases()


def test_customers_are_counted_once_per_quarter(world: RoundWorld, tmp_path: Path) -> None:
    _run(world)
    world.use(a_study(date(2027, 1, 4), version=2), tmp_path / "january")
    _run(world)
    assert max(map(abs, _noise(world, {}))) <= _bound(world)
    with world.agents[FIRST].open_uow() as uow:
        assert CUSTOMERS == len(uow.rounds.contributed(STUDY.study_id, "2027-Q1"))


class KilledError(BaseException):
    """The process is gone, whatever it was about to do."""


class MortalAgent:
    """A dealership whose process dies after the database has the answer and before the coordinator has it."""

    def __init__(self, world: RoundWorld, round_id: str, dies_at: int) -> None:
        self._world, self._agent = world, world.agents[FIRST]
        self._ticket = world.ticket(round_id, FIRST)
        self._dies_at = dies_at
        self.seen = 0
        self.lost: list[bytes] = []
        self.answered: list[bytes] = []

    def __call__(self, request: bytes) -> bytes:
        self.seen += 1
        if self.seen == self._dies_at:
            with pytest.raises(KilledError):
                self._agent.desk(self._ticket, self._world, self._die).answer(request)
            self._agent.restart()
        reply = self._agent.desk(self._ticket, self._world).answer(request)
        if self.seen == self._dies_at:
            self.answered.append(reply)
        return reply

    def _die(self, _destination: str, _kind: str, payload: bytes) -> None:
        self.lost.append(payload)
        raise KilledError


@pytest.mark.parametrize("stage", [1, MASKED_INPUT], ids=["keys", "masked vector"])
def test_an_agent_killed_between_save_and_reply_gives_the_same_bytes_again(world: RoundWorld, stage: int) -> None:
    round_ = world.announce()
    mortal = MortalAgent(world, round_.round_id, stage)
    released = world.conduct(round_, world.exchange(round_.round_id, handlers={FIRST: mortal}))
    assert 1 == len(mortal.lost)
    assert mortal.lost == mortal.answered
    assert 11 == released.contributors
    assert max(map(abs, _noise(world, _expected(11)))) <= _bound(world)


@pytest.mark.parametrize(
    ("silent_from", "contributors"), [(1, 10), (MASKED_INPUT, 10), (4, 11)], ids=["start", "before input", "after it"]
)
def test_an_agent_that_does_not_answer_is_left_out(world: RoundWorld, silent_from: int, contributors: int) -> None:
    round_ = world.announce()
    exchange = world.exchange(round_.round_id, drop=lambda number, node, _payload: node == 0 and number >= silent_from)
    assert contributors == world.conduct(round_, exchange).contributors
    assert (FIRST in world.results[-1].contributors) == (contributors == len(world.agents))
    assert max(map(abs, _noise(world, _expected(contributors)))) <= _bound(world)


def test_an_agent_that_never_came_is_waited_for_until_the_window_closes(world: RoundWorld) -> None:
    round_ = world.announce()
    released = world.conduct(round_, world.exchange(round_.round_id, absent=[FIRST]))
    assert 10 == released.contributors
    assert world.wall.now() >= round_.closes_at


def test_an_agent_that_answers_garbage_is_left_out(world: RoundWorld) -> None:
    round_ = world.announce()
    released = world.conduct(round_, world.exchange(round_.round_id, handlers={FIRST: lambda _request: b"garbage"}))
    assert 10 == released.contributors


def test_an_agent_that_reveals_false_shares_costs_the_others_nothing_and_is_named(world: RoundWorld) -> None:
    round_ = world.announce()
    ticket = world.ticket(round_.round_id, FIRST)
    honest = world.agents[FIRST].desk(ticket, world)

    def lie(request: bytes) -> bytes:
        reply = honest.answer(request)
        stage, body, _ = unwrap(reply, ticket.context, "reply")
        if stage != Stage.UNMASKING:
            return reply
        return Envelope(ticket.context, "reply", stage, FIRST).seal(world.net.keys[FIRST], bytes(len(body)))

    released = world.conduct(round_, world.exchange(round_.round_id, handlers={FIRST: lie}))
    assert (RoundState.RELEASED, 11) == (released.state, released.contributors)
    assert max(map(abs, _noise(world, _expected(11)))) <= _bound(world)
    assert [(FIRST, world.net.agents)] == [(one.holder, one.owners) for one in world.results[-1].false_shares]


def _entities(count: int) -> list[str]:
    return [f"GmbH {number % count}" for number in range(11)]


@pytest.mark.parametrize(
    ("groups", "absent"), [(_entities(9), []), (None, ["dealer-00", "dealer-01"])], ids=["on the roster", "who came"]
)
def test_fewer_than_ten_legal_entities_abort_the_round(
    tmp_path: Path, groups: list[str] | None, absent: list[str]
) -> None:
    world = RoundWorld(tmp_path, groups=groups)
    round_ = world.announce()
    with pytest.raises(GuildpostError, match="secagg_floor"):
        world.conduct(round_, world.exchange(round_.round_id, absent=absent))
    stored = world.rounds.get(round_.round_id)
    world.close()
    assert stored is not None
    assert (RoundState.ABORTED, "secagg_floor", 0) == (stored.state, stored.reason, stored.contributors)


def test_an_unknown_round_is_not_conducted(world: RoundWorld, tmp_path: Path) -> None:
    round_ = world.announce()
    world.use(STUDY, tmp_path / "other")
    with pytest.raises(Unavailable, match="round_unknown"):
        world.conduct(round_, world.exchange(round_.round_id))
