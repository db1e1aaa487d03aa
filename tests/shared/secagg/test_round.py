"""Exact sums, drop-outs at every stage, restarts."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_shared.errors import Conflict, GuildpostError, ProtocolViolation, Refused
from guildpost_shared.secagg.aggregator import Aggregator
from guildpost_shared.secagg.cohort import FLOOR_GROUPS, threshold_of
from guildpost_shared.secagg.participant import Participant
from guildpost_shared.secagg.stages import ASKING, Stage
from tests.factories.secagg_network import COORDINATOR, Network, network, run_round, run_stage
from tests.fakes.seeded_entropy import SeededEntropy

NET = network(13)


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_the_sum_is_exact_whoever_falls_silent_at_whichever_stage(data: st.DataObject) -> None:
    """13 dealers: t = 11 when all advertise. Who uploaded is in the sum, later silence or not; below t it aborts."""
    falling = data.draw(st.lists(st.sampled_from(NET.agents), max_size=4, unique=True))
    lost: dict[Stage, set[str]] = {}
    for agent in falling:
        lost.setdefault(data.draw(st.sampled_from(ASKING)), set()).add(agent)
    aggregator = NET.aggregator()
    advertised = 13 - len(lost.get(Stage.ADVERTISE_KEYS, ()))
    expected = [agent for agent in NET.agents if not any(agent in lost.get(stage, ()) for stage in ASKING[:3])]

    if 13 - len(falling) >= max(FLOOR_GROUPS, threshold_of(advertised)):
        run_round(NET, aggregator, NET.participants(), lost)
        result = aggregator.result()
        assert NET.total(expected) == result.sum.tolist()
        assert (tuple(expected), len(expected)) == (result.contributors, result.groups)
    else:
        with pytest.raises(Refused, match=r"secagg_floor|secagg_below_threshold"):
            run_round(NET, aggregator, NET.participants(), lost)
        assert Stage.ABORTED == aggregator.stage


@pytest.mark.parametrize(
    ("groups", "threshold"), [(10, 10), (12, 10), (13, 11), (20, 16), (21, 17), (100, 80), (1_000, 800)]
)
def test_the_threshold_is_four_fifths_of_the_groups_and_at_least_ten(groups: int, threshold: int) -> None:
    assert threshold == threshold_of(groups)


def test_exactly_the_threshold_of_survivors_is_enough_at_every_stage() -> None:
    lost = {Stage.MASKED_INPUT_COLLECTION: {"dealer-00"}, Stage.UNMASKING: {"dealer-12"}}
    aggregator = NET.aggregator()
    run_round(NET, aggregator, NET.participants(), lost)
    assert (11, 12) == (aggregator.threshold, len(aggregator.result().contributors))
    assert NET.total(NET.agents[1:]) == aggregator.result().sum.tolist()


def test_a_member_restored_after_every_reply_sends_the_same_bytes_again_and_goes_on() -> None:
    aggregator, participants = NET.aggregator(), NET.participants()
    victim = NET.agents[3]
    while aggregator.stage < Stage.FINISHED:
        request = aggregator.requests()[victim]
        reply = participants[victim].handle(request, NET.source(victim))
        restored = restore(NET, victim, participants[victim].snapshot())
        assert reply == restored.handle(request, lambda: pytest.fail("the vector is asked for only once"))
        participants[victim] = restored
        run_stage(aggregator, participants_answering(aggregator, participants, victim, reply), NET)
        aggregator.advance()
    assert NET.total(NET.agents) == aggregator.result().sum.tolist()


def restore(net: Network, agent: str, data: bytes) -> Participant:
    entropy = SeededEntropy(b"after the restart")
    return Participant.restore(
        data, context=net.context, roster=net.roster, agent_id=agent, identity_key=net.keys[agent], entropy=entropy
    )


def participants_answering(
    aggregator: Aggregator, participants: dict[str, Participant], victim: str, reply: bytes
) -> dict[str, Participant]:
    aggregator.receive(victim, reply)
    aggregator.receive(victim, reply)  # a repeated delivery changes nothing
    return {agent: one for agent, one in participants.items() if agent != victim}


def test_an_aggregator_restored_before_every_step_asks_the_same_and_finds_the_same_sum() -> None:
    aggregator, participants = NET.aggregator(), NET.participants()
    parts: list[bytes] = []
    while aggregator.stage < Stage.FINISHED:
        parts.append(aggregator.journal())
        again = Aggregator.restore(parts, context=NET.context, roster=NET.roster, coordinator_key=NET.keys[COORDINATOR])
        assert aggregator.requests() == again.requests()
        aggregator = again
        silent = NET.agents[int(aggregator.stage)] if aggregator.stage in {2, 4} else ""
        run_stage(aggregator, {name: one for name, one in participants.items() if name != silent}, NET)
        if silent:
            participants.pop(silent)
        aggregator.advance()
    expected = [agent for agent in NET.agents if agent != NET.agents[2]]
    assert NET.total(expected) == aggregator.result().sum.tolist()


def test_sites_of_one_legal_entity_count_once_and_hold_one_share() -> None:
    net = network(14, groups=["Autohaus Nord"] * 4 + [f"GmbH {n}" for n in range(10)])
    aggregator = net.aggregator()
    run_round(net, aggregator, net.participants(), {Stage.MASKED_INPUT_COLLECTION: {"dealer-00"}})
    result = aggregator.result()
    assert (10, 11, 13) == (result.threshold, result.groups, len(result.contributors))
    assert net.total(net.agents[1:]) == result.sum.tolist()


def test_nine_legal_entities_are_too_few_however_many_sites_they_have() -> None:
    net = network(18, groups=[f"GmbH {n % 9}" for n in range(18)])
    with pytest.raises(Refused, match="secagg_floor"):
        net.aggregator()


def test_replies_of_a_stage_have_one_size_whatever_is_reported() -> None:
    def sizes(value: int) -> dict[Stage, set[int]]:
        aggregator, participants = NET.aggregator(), NET.participants()
        seen: dict[Stage, set[int]] = {stage: set() for stage in ASKING}
        while aggregator.stage < Stage.FINISHED:
            for agent, request in aggregator.requests().items():
                reply = participants[agent].handle(request, lambda: np.full(6, value, dtype=np.int64))
                seen[aggregator.stage].add(len(reply))
                aggregator.receive(agent, reply)
            aggregator.advance()
        return seen

    nothing, much = sizes(0), sizes(2**40)
    assert nothing == much
    assert all(len(found) == 1 for found in nothing.values())


def test_secrets_are_forgotten_once_they_have_served() -> None:
    aggregator, participants = NET.aggregator(), NET.participants()
    victim = participants[NET.agents[0]]
    secrets: list[bytes] = []
    while aggregator.stage < Stage.FINISHED:
        run_stage(aggregator, participants, NET)
        if victim._state.secrets is not None:
            kept = victim._state.secrets
            secrets = [kept.mask_private, kept.self_secret]
            assert (kept.channel_private is None) == (aggregator.stage > Stage.ADVERTISE_KEYS)
        if aggregator.stage >= Stage.MASKED_INPUT_COLLECTION:
            assert victim._state.secrets is None
            assert () == victim._state.opening_keys
        aggregator.advance()
    assert secrets
    assert () == victim._state.held


BAD_REPLIES = {
    "empty": lambda reply: reply[:0],
    "truncated": lambda reply: reply[:-1],
    "one bit flipped": lambda reply: reply[:60] + bytes([reply[60] ^ 1]) + reply[61:],
    "somebody else's": None,
}


@pytest.mark.parametrize("case", BAD_REPLIES)
@pytest.mark.parametrize("stage", ASKING, ids=lambda stage: stage.name)
def test_a_bad_reply_excludes_its_sender_and_the_others_finish(stage: Stage, case: str) -> None:
    aggregator, participants = NET.aggregator(), NET.participants()
    liar = NET.agents[5]
    while aggregator.stage < Stage.FINISHED:
        if aggregator.stage == stage:
            requests = aggregator.requests()
            honest = participants.pop(liar).handle(requests[liar], NET.source(liar))
            alter = BAD_REPLIES[case]
            other = NET.agents[6]
            bad = alter(honest) if alter else participants[other].handle(requests[other], NET.source(other))
            with pytest.raises(ProtocolViolation, match="secagg_bad_reply"):
                aggregator.receive(liar, bad)
            with pytest.raises(ProtocolViolation, match="secagg_not_asked"):
                aggregator.receive(liar, honest)
        run_stage(aggregator, participants, NET)
        aggregator.advance()
    uploaded = stage > Stage.MASKED_INPUT_COLLECTION
    expected = [agent for agent in NET.agents if uploaded or agent != liar]
    assert {liar} == aggregator.excluded
    assert NET.total(expected) == aggregator.result().sum.tolist()


def test_a_finished_or_aborted_round_cannot_go_on() -> None:
    aggregator = NET.aggregator()
    with pytest.raises(Conflict, match="illegal_transition"):
        aggregator.result()
    with pytest.raises(Refused, match="secagg_floor"):
        aggregator.advance()
    with pytest.raises(Conflict, match="illegal_transition"):
        aggregator.advance()
    assert {} == aggregator.requests()


@pytest.mark.parametrize(
    "vector",
    [np.zeros(5, dtype=np.int64), np.zeros(6, dtype=np.int32), np.full(6, 2**49, dtype=np.int64)],
    ids=["another dimension", "another type", "too large"],
)
def test_a_vector_that_does_not_fit_is_a_bug_and_changes_nothing(vector: npt.NDArray[np.int64]) -> None:
    aggregator, participants = NET.aggregator(), NET.participants()
    for _ in range(2):
        run_stage(aggregator, participants, NET)
        aggregator.advance()
    agent = NET.agents[0]
    before = participants[agent].snapshot()
    with pytest.raises(ValueError, match=r"expected int64|out of range"):
        participants[agent].handle(aggregator.requests()[agent], lambda: vector)
    assert before == participants[agent].snapshot()


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.booleans())
def test_garbage_is_refused_with_a_typed_error_by_both_sides(junk: bytes, framed: bool) -> None:  # noqa: FBT001 — drawn
    data = b"GPSA\x01\x01\x01" + NET.context.digest + junk if framed else junk
    with pytest.raises(GuildpostError):
        NET.participant(NET.agents[0]).handle(data, NET.source(NET.agents[0]))
    with pytest.raises(GuildpostError):
        NET.aggregator().receive(NET.agents[0], data)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ASKING), st.binary(max_size=200))
def test_signed_garbage_is_refused_with_a_typed_error(stage: Stage, body: bytes) -> None:
    agent = NET.agents[0]
    participant = NET.participant(agent)
    participant.handle(NET.instruction(Stage.ADVERTISE_KEYS, agent, b""), NET.source(agent))
    if (stage, body) != (Stage.ADVERTISE_KEYS, b""):
        with pytest.raises(GuildpostError):
            participant.handle(NET.instruction(stage, agent, body), NET.source(agent))


@pytest.mark.parametrize("damage", ["another agent", "truncated", "another round"])
def test_a_snapshot_of_something_else_is_refused(damage: str) -> None:
    data = NET.participant(NET.agents[0]).snapshot()
    net, agent = NET, NET.agents[0]
    if damage == "another agent":
        agent = NET.agents[1]
    elif damage == "truncated":
        data = data[:-1]
    else:
        net = network(13, dimension=7)
    with pytest.raises(ProtocolViolation, match="secagg_malformed"):
        restore(net, agent, data)
