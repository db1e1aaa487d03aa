"""A hostile coordinator with the coordinator's own key, against honest agents: who speaks, and which keys count."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guildpost_shared.errors import GuildpostError, ProtocolViolation, Refused, Untrusted
from guildpost_shared.secagg import keys, masking, quantise
from guildpost_shared.secagg.context import RoundContext
from guildpost_shared.secagg.envelope import Envelope
from guildpost_shared.secagg.messages import (
    Advertisement,
    PublicKeys,
    ShareKeysRequest,
)
from guildpost_shared.secagg.participant import Participant
from guildpost_shared.secagg.stages import ASKING, Stage
from tests.factories.secagg_network import COORDINATOR, network, public_key
from tests.factories.secagg_scene import NET, A, B, Scene
from tests.fakes.seeded_entropy import SeededEntropy

# -- who speaks --------------------------------------------------------------------------------------------------------


def forged(signer: Ed25519PrivateKey, context: RoundContext, recipient: str) -> bytes:
    return Envelope(context, "request", Stage.ADVERTISE_KEYS, recipient).seal(signer, b"")


@pytest.mark.parametrize(
    ("instruction", "code"),
    [
        (forged(NET.keys[B], NET.context, A), "secagg_unsigned_instruction"),
        (forged(NET.keys[COORDINATOR], NET.context, B), "secagg_unsigned_instruction"),
        (forged(NET.keys[COORDINATOR], replace(NET.context, round_id="spring-2"), A), "secagg_other_round"),
        (forged(NET.keys[COORDINATOR], NET.context, A)[:-1] + b"\x00", "secagg_unsigned_instruction"),
    ],
    ids=["signed by another dealer", "meant for another dealer", "of another round", "altered"],
)
def test_an_instruction_is_refused_when(instruction: bytes, code: str) -> None:
    with pytest.raises(GuildpostError, match=code):
        NET.participant(A).handle(instruction, NET.source(A))


@pytest.mark.parametrize("stage", ASKING[1:], ids=lambda stage: stage.name)
def test_a_stage_cannot_be_skipped(stage: Stage) -> None:
    with pytest.raises(ProtocolViolation, match="secagg_out_of_order"):
        NET.participant(A).handle(NET.instruction(stage, A, b"\0\0\0\0"), NET.source(A))


def test_an_agent_with_a_key_outside_the_roster_does_not_even_begin() -> None:
    with pytest.raises(Refused, match="secagg_not_on_roster"):
        Participant(NET.context, NET.roster, A, NET.keys[B], SeededEntropy(b""))


# -- the key list: aggregation of one, sybils --------------------------------------------------------------------------

Lists = Callable[[tuple[Advertisement, ...]], tuple[Advertisement, ...]]


def unsigned(items: tuple[Advertisement, ...]) -> tuple[Advertisement, ...]:
    return (*items[:-1], replace(items[-1], keys=PublicKeys(public_key(b"e" * 32), public_key(b"f" * 32))))


def sybil(items: tuple[Advertisement, ...]) -> tuple[Advertisement, ...]:
    own = Ed25519PrivateKey.generate()
    public = PublicKeys(public_key(b"e" * 32), public_key(b"f" * 32))
    cover = Envelope(NET.context, "reply", Stage.ADVERTISE_KEYS, "dealer-99")
    return (*items, Advertisement("dealer-99", public, cover.seal(own, public.encode())[-64:]))


def signed_again(item: Advertisement, public: PublicKeys, context: RoundContext = NET.context) -> Advertisement:
    cover = Envelope(context, "reply", Stage.ADVERTISE_KEYS, item.agent_id)
    return Advertisement(item.agent_id, public, cover.seal(NET.keys[item.agent_id], public.encode())[-64:])


KEY_LISTS: dict[str, tuple[Lists, str]] = {
    "one dealer alone": (lambda items: items[:1], "secagg_floor"),
    "nine dealers": (lambda items: items[:9], "secagg_floor"),
    "a key that its dealer did not sign": (unsigned, "secagg_unknown_key"),
    "a sybil with a key of its own": (sybil, "secagg_unknown_key"),
    "a dealer twice": (lambda items: (*items, items[-1]), "secagg_malformed"),
    "a shuffled list": (lambda items: items[::-1], "secagg_malformed"),
    "one dealer's keys under two names": (
        lambda items: (*items[:-1], signed_again(items[-1], items[-2].keys)),
        "secagg_key",
    ),
    "one key for both purposes": (
        lambda items: (*items[:-1], signed_again(items[-1], PublicKeys(items[-1].keys.mask, items[-1].keys.mask))),
        "secagg_key",
    ),
    "the agent itself missing": (lambda items: items[1:], "secagg_key"),
    "the agent's own keys replaced": (
        lambda items: (signed_again(items[0], PublicKeys(b"\x09" + bytes(31), public_key(b"g" * 32))), *items[1:]),
        "secagg_key",
    ),
    "a point of small order": (
        lambda items: (*items[:-1], signed_again(items[-1], PublicKeys(bytes(32), items[-1].keys.mask))),
        "secagg_key",
    ),
    "keys signed for an earlier round": (
        lambda items: (
            *items[:-1],
            signed_again(items[-1], items[-1].keys, replace(NET.context, round_id="winter-4")),
        ),
        "secagg_unknown_key",
    ),
}


@pytest.mark.parametrize("case", KEY_LISTS)
def test_a_key_list_is_refused_with(case: str) -> None:
    scene = Scene(Stage.SHARE_KEYS)
    alter, code = KEY_LISTS[case]
    honest = ShareKeysRequest.decode(scene.honest_body(A))
    scene.refuses(A, ShareKeysRequest(alter(honest.advertisements)).encode(), code)


def test_many_sites_of_few_legal_entities_do_not_reach_the_floor() -> None:
    net = network(30, groups=[f"GmbH {number % 11}" for number in range(30)])
    scene = Scene(Stage.SHARE_KEYS, net)
    items = ShareKeysRequest.decode(scene.honest_body(net.agents[0])).advertisements
    nine = tuple(item for item in items if int(item.agent_id[-2:]) % 11 < 9)
    scene.refuses(net.agents[0], ShareKeysRequest(nine).encode(), "secagg_floor")


# -- different views ---------------------------------------------------------------------------------------------------

DIVERGENCES = {
    "study": replace(NET.context, study_hash=bytes([1]) * 31 + b"\x00"),
    "layout": replace(NET.context, layout_hash=bytes([2]) * 31 + b"\x00"),
    "round": replace(NET.context, round_id="spring-1x"),
    "dimension": replace(NET.context, dimension=7),
}


@pytest.mark.parametrize("case", DIVERGENCES)
def test_agents_that_were_shown_different_things_refuse_each_others_keys(case: str) -> None:
    """The coordinator knows of the divergence and re-signs everything to suit each side."""
    scene = Scene(Stage.SHARE_KEYS)
    other_context = DIVERGENCES[case]
    misled = NET.participant(A, other_context)
    sign = Envelope(other_context, "request", Stage.ADVERTISE_KEYS, A).seal
    misled.handle(sign(NET.keys[COORDINATOR], b""), NET.source(A))
    body = scene.honest_body(A)
    request = Envelope(other_context, "request", Stage.SHARE_KEYS, A).seal(NET.keys[COORDINATOR], body)
    with pytest.raises(Untrusted, match="secagg_unknown_key"):
        misled.handle(request, NET.source(A))


def test_another_roster_than_the_contexts_is_refused() -> None:
    with pytest.raises(ProtocolViolation, match="secagg_other_round"):
        network(13).participant(A, NET.context)


def test_one_bit_of_divergence_leaves_every_sum_undecodable() -> None:
    """Even without signatures the masks themselves do not cancel: 1,000 of 1,000 flips of one bit."""
    private = {A: b"a" * 32, B: b"b" * 32}
    public = {name: public_key(key) for name, key in private.items()}

    def masked(context: RoundContext, own: str, other: str) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
        plain = quantise.to_ring(np.arange(6, dtype=np.int64), 6)
        hidden = masking.mask(
            context,
            plain,
            agent_id=own,
            mask_key=keys.RoundKey(context, own, private[own]),
            self_secret=b"s" * 32,
            peers={other: public[other]},
        )
        masking.remove_self_masks(context, hidden, {own: b"s" * 32})
        return hidden

    expected = [0, 2, 4, 6, 8, 10]
    theirs = masked(NET.context, B, A)
    assert expected == quantise.from_ring(masked(NET.context, A, B) + theirs).tolist()
    decoded = 0
    for flip in range(1_000):
        changed = [bytearray(one) for one in (NET.context.study_hash, NET.context.roster_hash, NET.context.layout_hash)]
        changed[flip % 3][flip // 3 % 32] ^= 1 << flip // 96 % 8
        study, roster, layout = (bytes(one) for one in changed)
        other = replace(NET.context, study_hash=study, roster_hash=roster, layout_hash=layout)
        decoded += bool(np.any((masked(other, A, B) + theirs) == np.array(expected, dtype=np.uint64)))
    assert 0 == decoded
