"""A hostile coordinator with the coordinator's own key, against honest agents: shares, survivors, unmasking."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from guildpost_shared.errors import ProtocolViolation, Untrusted
from guildpost_shared.secagg import keys, masking, quantise, rules, shamir
from guildpost_shared.secagg.envelope import Envelope
from guildpost_shared.secagg.messages import (
    SHARE_BYTES,
    ConsistencyRequest,
    MaskedInputRequest,
    ShareKeysRequest,
    UnmaskingRequest,
)
from guildpost_shared.secagg.participant import Participant
from guildpost_shared.secagg.prg import KeyStream
from guildpost_shared.secagg.stages import ASKING, Stage
from tests.factories.secagg_network import network, run_stage
from tests.factories.secagg_scene import LATEST, NET, A, B, C, Scene

# -- shares and the threshold ------------------------------------------------------------------------------------------


def test_shares_of_fewer_than_the_threshold_are_refused() -> None:
    scene = Scene(Stage.MASKED_INPUT_COLLECTION)
    honest = MaskedInputRequest.decode(scene.honest_body(A))
    scene.refuses(A, MaskedInputRequest(honest.sealed[:8]).encode(), "secagg_below_threshold")


def test_shares_under_a_false_sender_are_refused() -> None:
    scene = Scene(Stage.MASKED_INPUT_COLLECTION)
    (one, first), (other, second), *rest = MaskedInputRequest.decode(scene.honest_body(A)).sealed
    swapped = ((one, second), (other, first), *rest)
    scene.refuses(A, MaskedInputRequest(swapped).encode(), "secagg_share")


def test_shares_meant_for_another_agent_are_refused() -> None:
    scene = Scene(Stage.MASKED_INPUT_COLLECTION)
    meant = dict(MaskedInputRequest.decode(scene.honest_body(B)).sealed)
    own = MaskedInputRequest.decode(scene.honest_body(A)).sealed
    scene.refuses(A, MaskedInputRequest((*own[:-1], (LATEST, meant[LATEST]))).encode(), "secagg_share")


def test_shares_cut_for_another_key_list_are_refused() -> None:
    """B was shown eleven dealers, A twelve: B's shares do not open at A, so nobody can have another threshold."""
    scene = Scene(Stage.SHARE_KEYS)
    everyone = ShareKeysRequest.decode(scene.honest_body(B)).advertisements
    scene.answer(B, ShareKeysRequest(everyone[:-1]).encode())
    theirs = scene.participants[B]._state.answers[1].reply[39:-64]
    other = scene.participants.pop(B)
    run_stage(scene.aggregator, scene.participants, NET)
    scene.aggregator.advance()
    scene.participants[B] = other
    scene.stage = Stage.MASKED_INPUT_COLLECTION
    own = dict(MaskedInputRequest.decode(scene.honest_body(A)).sealed)
    own[B] = theirs[32 : 32 + len(own[C])]
    scene.refuses(A, MaskedInputRequest(tuple(sorted(own.items()))).encode(), "secagg_share")


@pytest.mark.parametrize(
    ("survivors", "code"),
    [
        (NET.agents[:9], "secagg_below_threshold"),
        ((A,), "secagg_below_threshold"),
        (NET.agents[1:], "secagg_survivors"),
        ((*NET.agents, "dealer-99"), "secagg_survivors"),
        ((), "secagg_survivors"),
    ],
    ids=["nine survivors", "oneself alone", "without oneself", "a stranger among them", "nobody"],
)
def test_a_survivor_set_is_not_signed_with(survivors: tuple[str, ...], code: str) -> None:
    Scene(Stage.CONSISTENCY_CHECK).refuses(A, ConsistencyRequest(survivors).encode(), code)


# -- both shares of one peer -------------------------------------------------------------------------------------------


def unmasking_scene() -> tuple[Scene, UnmaskingRequest]:
    """Twelve share-holders, one of whom never uploads: eleven survivors have signed, the last holder is dead."""
    scene = Scene(Stage.UNMASKING, lost={Stage.MASKED_INPUT_COLLECTION: {LATEST}})
    return scene, UnmaskingRequest.decode(scene.honest_body(A))


UNMASKINGS: dict[str, tuple[Callable[[UnmaskingRequest], UnmaskingRequest], str]] = {
    "a node both alive and dead": (lambda honest: replace(honest, dead=(B, LATEST)), "secagg_survivors"),
    "everybody both alive and dead": (
        lambda honest: replace(honest, alive=NET.agents, dead=NET.agents),
        "secagg_survivors",
    ),
    "a survivor declared dead": (
        lambda honest: replace(honest, alive=tuple(agent for agent in honest.alive if agent != B), dead=(B, LATEST)),
        "secagg_survivors",
    ),
    "the dead declared alive": (lambda honest: replace(honest, alive=NET.agents, dead=()), "secagg_survivors"),
    "nobody dead": (lambda honest: replace(honest, dead=()), "secagg_survivors"),
    "no signatures": (lambda honest: replace(honest, signatures=()), "secagg_unsigned_survivors"),
    "nine signatures": (lambda honest: replace(honest, signatures=honest.signatures[:9]), "secagg_unsigned_survivors"),
    "one signature ten times": (
        lambda honest: replace(honest, signatures=(honest.signatures[0],) * 10),
        "secagg_malformed",
    ),
    "one dealer's signature under ten names": (
        lambda honest: replace(
            honest, signatures=tuple((agent, honest.signatures[0][1]) for agent, _ in honest.signatures)
        ),
        "secagg_unsigned_survivors",
    ),
    "a signature of the dead": (
        lambda honest: replace(honest, signatures=(*honest.signatures, (LATEST, bytes(64)))),
        "secagg_unsigned_survivors",
    ),
}


@pytest.mark.parametrize("case", UNMASKINGS)
def test_shares_are_not_revealed_for(case: str) -> None:
    scene, honest = unmasking_scene()
    alter, code = UNMASKINGS[case]
    scene.refuses(A, alter(honest).encode(), code)


def test_signatures_of_an_earlier_round_do_not_unmask_this_one() -> None:
    scene, honest = unmasking_scene()
    earlier = replace(NET.context, round_id="winter-4")
    digest = scene.participants[A]._state.answers[3].reply[39:-64]
    old = tuple(
        (agent, Envelope(earlier, "reply", Stage.CONSISTENCY_CHECK, agent).seal(NET.keys[agent], digest)[-64:])
        for agent in honest.alive
    )
    scene.refuses(A, replace(honest, signatures=old).encode(), "secagg_unsigned_survivors")


@pytest.mark.parametrize("stage", ASKING[1:], ids=lambda stage: stage.name)
@pytest.mark.parametrize("restarted", [False, True], ids=["running", "killed and restored"])
def test_a_second_different_request_is_refused_and_the_first_gets_the_same_bytes(
    stage: Stage,
    restarted: bool,  # noqa: FBT001 — a table's column
) -> None:
    """Also the way to both shares of a peer: another survivor set, after the first was answered."""
    lost = {Stage.MASKED_INPUT_COLLECTION: {LATEST}} if stage > Stage.MASKED_INPUT_COLLECTION else None
    scene = Scene(stage, lost=lost)
    honest = scene.honest_body(A)
    answered = scene.answer(A, honest)
    if restarted:
        scene.participants[A] = Participant.restore(
            scene.participants[A].snapshot(),
            context=NET.context,
            roster=NET.roster,
            agent_id=A,
            identity_key=NET.keys[A],
            entropy=NET.participant(A)._entropy,
        )
    other = {
        Stage.SHARE_KEYS: lambda: ShareKeysRequest(ShareKeysRequest.decode(honest).advertisements[:-1]).encode(),
        Stage.MASKED_INPUT_COLLECTION: lambda: MaskedInputRequest(
            MaskedInputRequest.decode(honest).sealed[1:]
        ).encode(),
        Stage.CONSISTENCY_CHECK: lambda: ConsistencyRequest(ConsistencyRequest.decode(honest).survivors[:-1]).encode(),
        Stage.UNMASKING: lambda: replace(
            UnmaskingRequest.decode(honest), alive=NET.agents[:-2], dead=NET.agents[-2:]
        ).encode(),
    }[stage]()
    for _ in range(2):
        with pytest.raises(ProtocolViolation, match="secagg_second_request"):
            scene.answer(A, other)
        assert answered == scene.answer(A, honest)


def test_two_views_of_the_survivors_unmask_neither() -> None:
    """Half of the agents sign one survivor set, half another; no agent finds t signatures under its own."""
    scene = Scene(Stage.CONSISTENCY_CHECK)
    views = {agent: NET.agents if at % 2 else NET.agents[:-1] for at, agent in enumerate(NET.agents[:-1])}
    signatures = {agent: scene.answer(agent, ConsistencyRequest(view).encode())[-64:] for agent, view in views.items()}
    scene.stage = Stage.UNMASKING
    for agent, view in views.items():
        dead = tuple(sorted(set(NET.agents) - set(view)))
        everybody = UnmaskingRequest(view, dead, tuple(sorted(signatures.items())))
        agreeing = tuple((name, signatures[name]) for name in sorted(signatures) if views[name] == view)
        for request in (everybody, replace(everybody, signatures=agreeing)):
            with pytest.raises(Untrusted, match="secagg_unsigned_survivors"):
                scene.answer(agent, request.encode())


def test_two_sites_of_one_legal_entity_cannot_lend_it_to_two_survivor_sets() -> None:
    """Every entity has two honest sites; the coordinator shows one set to the first sites, another to the second."""
    net = network(20, groups=[f"GmbH {number // 2}" for number in range(20)])
    scene = Scene(Stage.CONSISTENCY_CHECK, net)
    first = net.agents[::2]
    signatures = {agent: scene.answer(agent, ConsistencyRequest(first).encode())[-64:] for agent in first}
    scene.stage = Stage.UNMASKING
    request = UnmaskingRequest(first, net.agents[1::2], tuple(sorted(signatures.items())))
    with pytest.raises(Untrusted, match="secagg_unsigned_survivors"):
        scene.answer(first[0], request.encode())


def test_the_masked_vector_shows_nothing_of_a_vector() -> None:
    """Same keys, another vector: the difference is the vectors' own; another round: every word differs."""
    replies = []
    for round_id in ("spring-1", "spring-2"):
        net = replace(NET, context=replace(NET.context, round_id=round_id))
        scene = Scene(Stage.MASKED_INPUT_COLLECTION, net)
        replies.append(quantise.from_bytes(scene.answer(A, scene.honest_body(A))[39:-64]))
    assert not np.any(replies[0] == replies[1])
    assert not any(np.any(reply.view(np.int64) == NET.vector(A)) for reply in replies)


def test_the_planted_attack_is_noticed_when_a_rule_is_taken_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without rules 9 and 10 the classic attack works: both shares of B, from all agents, give B's very vector."""
    monkeypatch.setattr(rules, "require_unmasking", lambda *_a, **_k: None)
    scene = Scene(Stage.UNMASKING)
    column = NET.agents.index(B)
    of_self: dict[int, bytes] = {}
    of_key: dict[int, bytes] = {}
    for agent, participant in scene.participants.items():
        position = participant._cohort.share_position(agent)
        fresh = participant._state
        for survivors, into in ((NET.agents, of_self), ((), of_key)):
            object.__setattr__(participant, "_state", replace(fresh, survivors=survivors))
            reply = scene.answer(agent, UnmaskingRequest(NET.agents, (), ()).encode())[39:-64]
            into[position] = reply[SHARE_BYTES * column :][:SHARE_BYTES]
    ten = range(1, 11)
    (secret,) = shamir.combine({x: of_self[x] for x in ten})
    (private,) = shamir.combine({x: of_key[x] for x in ten})
    cohort = scene.participants[A]._cohort
    stolen = quantise.from_bytes(scene.participants[B]._state.answers[2].reply[39:-64]).copy()
    masking.remove_self_masks(NET.context, stolen, {B: secret})
    others = [(member.agent_id, member.keys.mask) for member in cohort.members if member.agent_id != B]
    for other, public in others:  # B's own masks come off with the opposite sign
        seed = keys.RoundKey(NET.context, B, private).mask_seed(other, public)
        words = KeyStream(6).words(seed)
        stolen = stolen - words if other > B else stolen + words
    assert NET.vector(B).tolist() == quantise.from_ring(stolen).tolist()
