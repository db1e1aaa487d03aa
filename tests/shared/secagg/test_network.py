"""A round of several shards, walked side by side: one sum in the end, and no shard costs the others theirs."""

from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest

from guildpost_shared.errors import GuildpostError, ProtocolViolation, Refused
from guildpost_shared.secagg.messages import ConsistencyRequest, MaskedInputRequest, ShareKeysRequest, UnmaskingRequest
from guildpost_shared.secagg.network import NetworkAggregator
from guildpost_shared.secagg.shard_sums import LostShard
from guildpost_shared.secagg.shards import shard_of, shards_of
from guildpost_shared.secagg.stages import ASKING, Stage
from tests.factories.secagg_network import COORDINATOR, Network, network, run_round, run_stage

MOST = 12
HEAD, SIGNATURE = 39, 64  # around an instruction's body


@cache
def cut(dealers: int = 24) -> Network:
    """Dealers in shards of at most twelve."""
    return replace(network(dealers), most_agents=MOST)


@cache
def shards(dealers: int = 24) -> list[list[str]]:
    return [sorted(shard) for shard in shards_of(cut(dealers).roster, MOST)]


def restored(net: Network, parts: list[bytes]) -> NetworkAggregator:
    return NetworkAggregator.restore(
        parts, context=net.context, roster=net.roster, coordinator_key=net.keys[COORDINATOR], most_agents=MOST
    )


def test_the_sum_of_all_shards_is_that_of_the_network_and_carries_the_noise_of_each() -> None:
    net, whole = cut(), cut().whole()
    run_round(net, whole, net.participants(), {Stage.MASKED_INPUT_COLLECTION: {shards()[1][0]}})
    result = whole.result()
    expected = tuple(agent for agent in net.agents if agent != shards()[1][0])
    assert (net.total(expected), expected, 23) == (result.sum.tolist(), result.contributors, result.groups)
    assert (Fraction(12 + 11, 10), (), ()) == (result.noise, result.lost, result.false_shares)


def named(stage: Stage, body: bytes) -> set[str]:
    """List the agents that an instruction names."""
    match stage:
        case Stage.SHARE_KEYS:
            return {one.agent_id for one in ShareKeysRequest.decode(body).advertisements}
        case Stage.MASKED_INPUT_COLLECTION:
            return {agent for agent, _ in MaskedInputRequest.decode(body).sealed}
        case Stage.CONSISTENCY_CHECK:
            return set(ConsistencyRequest.decode(body).survivors)
        case Stage.UNMASKING:
            request = UnmaskingRequest.decode(body)
            return {*request.alive, *request.dead, *(agent for agent, _ in request.signatures)}
        case _:
            return set()


def test_nobody_is_ever_told_who_is_in_another_shard() -> None:
    net, whole, participants = cut(), cut().whole(), cut().participants()
    while whole.stage < Stage.FINISHED:
        for agent, request in whole.requests().items():
            heard = named(whole.stage, request[HEAD:-SIGNATURE])
            assert heard <= shard_of(net.roster, agent, MOST)
            assert bool(heard) == (whole.stage > Stage.ADVERTISE_KEYS)
        run_stage(whole, participants, net)
        whole.advance()


@pytest.mark.parametrize("stage", ASKING, ids=lambda stage: stage.name)
def test_a_shard_that_loses_too_many_is_given_up_alone(stage: Stage) -> None:
    net, whole, (first, second) = cut(), cut().whole(), shards()
    run_round(net, whole, net.participants(), {stage: set(first[:3])})
    code = "secagg_floor" if stage == Stage.ADVERTISE_KEYS else "secagg_below_threshold"
    result = whole.result()
    assert (net.total(second), tuple(second)) == (result.sum.tolist(), result.contributors)
    assert ((LostShard(12, code),), Fraction(12, 10)) == (result.lost, result.noise)


def test_the_round_ends_with_its_last_shard() -> None:
    net, whole = cut(), cut().whole()
    run_stage(whole, net.participants(), net)
    whole.advance()
    with pytest.raises(Refused, match="secagg_below_threshold"):
        whole.advance()
    assert (Stage.ABORTED, frozenset(), {}) == (whole.stage, whole.pending, whole.requests())
    with pytest.raises(GuildpostError, match="illegal_transition"):
        whole.advance()


@pytest.mark.parametrize("stage", ASKING, ids=lambda stage: stage.name)
def test_in_every_stage_a_new_program_asks_the_very_same_and_a_shard_given_up_stays_so(stage: Stage) -> None:
    net, whole, participants = cut(), cut().whole(), cut().participants()
    first, second = shards()
    parts = []
    for silent in first[:3]:
        participants.pop(silent)
    while whole.stage < stage:
        run_stage(whole, participants, net)
        whole.advance()
        parts.append(whole.journal())
    again = restored(net, parts)
    assert (whole.stage, whole.pending, whole.requests()) == (again.stage, again.pending, again.requests())
    run_round(net, again, participants)
    assert (net.total(second), tuple(second)) == (again.result().sum.tolist(), again.result().contributors)


def test_a_journal_of_other_shards_is_refused() -> None:
    part = network(11).whole().journal()
    with pytest.raises(ProtocolViolation, match="secagg_malformed"):
        restored(cut(), [part])


def test_a_shard_below_the_floor_is_not_asked_and_a_network_of_such_shards_has_no_round() -> None:
    groups = [*(f"GmbH {number}" for number in range(11)), *["chain"] * 13]
    net = replace(network(24, groups=groups), most_agents=MOST)
    assert set(net.agents[:11]) == net.whole().pending
    with pytest.raises(Refused, match="secagg_floor"):
        replace(network(24, groups=["one", "other"] * 12), most_agents=MOST).whole()


def test_who_is_in_no_shard_or_in_one_given_up_is_not_listened_to() -> None:
    net, whole, (first, second) = cut(), cut().whole(), shards()
    participants = net.participants()
    late = participants[first[0]].handle(whole.requests()[first[0]], net.source(first[0]))
    run_stage(whole, {agent: participants[agent] for agent in second}, net)
    whole.advance()
    for agent in (first[0], "dealer-99"):
        with pytest.raises(ProtocolViolation, match="secagg_not_asked"):
            whole.receive(agent, late)
        whole.exclude(agent)
    assert set(second) == whole.pending
