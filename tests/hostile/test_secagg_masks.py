"""Weak masks and metadata: every step from key to mask against published vectors; uniform, and of one size.

Flower's ``secaggplus`` folds its mask seeds to 32 bits (flwrlabs/flower#7522). Here all 256 bits of an agreement reach
the key stream, and a word of a masked vector is uniform modulo 2^64 without rejection.
"""

import hashlib
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from guildpost_shared.errors import ProtocolViolation
from guildpost_shared.secagg import keys, quantise
from guildpost_shared.secagg.context import RoundContext
from guildpost_shared.secagg.keys import SMALL_ORDER, RoundKey
from guildpost_shared.secagg.participant import Participant
from guildpost_shared.secagg.prg import KeyStream, Ring
from guildpost_shared.secagg.stages import ASKING, Stage
from guildpost_shared.studies.layout import MaturedReminder, VectorLayout
from guildpost_shared.studies.noise import contribution
from tests.factories.round_world import STUDY
from tests.factories.secagg_network import network, public_key, run_stage
from tests.factories.secagg_scene import NET, A, B
from tests.fakes.seeded_entropy import SeededEntropy

SIGMAS = 6.0


def agreement(private: str, public: str) -> str:
    """The raw agreement, before any derivation."""
    return RoundKey(NET.context, A, bytes.fromhex(private))._agree(bytes.fromhex(public)).hex()


@pytest.mark.parametrize(
    ("private", "public", "shared"),
    [
        (
            "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
            "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
        ),
        (
            "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
            "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
            "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
        ),
    ],
    ids=["RFC 7748 section 5.2", "RFC 7748 section 6.1"],
)
def test_agreement_is_x25519(private: str, public: str, shared: str) -> None:
    assert shared == agreement(private, public)


def test_derivation_is_hkdf_sha256() -> None:
    """RFC 5869, test case 3: no salt, no info."""
    expected = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    assert expected == keys.derive(b"\x0b" * 22, b"", 42).hex()


def test_the_key_stream_is_aes_256() -> None:
    """NIST's known answer for the zero key and the zero block, which is the first counter."""
    assert "dc95c078a2408989ad48a21492842087" == KeyStream(2).words(bytes(32)).tobytes().hex()


def test_a_point_is_refused_exactly_when_it_is_of_small_order_or_not_canonical() -> None:
    """The five values of small order give zero with every key; the first canonical one above them does not."""
    field = 2**255 - 19
    for value in SMALL_ORDER:
        point = value.to_bytes(32, "little")
        assert not keys.is_usable_public_key(point)
        with pytest.raises(ProtocolViolation, match="secagg_key"):
            agreement("01" * 32, point.hex())
    for value in (field, field + 1, field + 9, 2**255 - 1, 2**255 + 9):
        assert not keys.is_usable_public_key(value.to_bytes(32, "little"))
    for number in range(200):
        assert keys.is_usable_public_key(public_key(hashlib.sha256(bytes([number])).digest()))


def test_every_bit_of_a_seed_changes_the_whole_mask() -> None:
    seed = hashlib.sha256(b"seed").digest()
    mask = KeyStream(64).words(seed)
    for bit in range(256):
        flipped = (int.from_bytes(seed, "big") ^ 1 << bit).to_bytes(32, "big")
        assert not np.any(mask == KeyStream(64).words(flipped))


def test_no_two_pairs_rounds_or_directions_share_a_seed() -> None:
    """All pairs and self-masks of sixty agents, and one pair in a hundred rounds; nor their first or last 32 bits."""
    private = {f"dealer-{number:03}": hashlib.sha256(bytes([number])).digest() for number in range(60)}
    public = {name: public_key(key) for name, key in private.items()}
    seeds = [
        RoundKey(NET.context, one, private[one]).mask_seed(other, public[other])
        for one in private
        for other in private
        if one < other
    ]
    seeds += [keys.self_mask_seed(NET.context, private[name], name) for name in private]
    contexts = [replace(NET.context, round_id=f"summer-{number}") for number in range(100)]
    one, other = list(private)[:2]
    seeds += [RoundKey(context, one, private[one]).mask_seed(other, public[other]) for context in contexts]
    assert 60 * 59 // 2 + 60 + 100 == len(seeds) == len(set(seeds))
    assert len(seeds) == len({seed[:4] for seed in seeds}) == len({seed[-4:] for seed in seeds})


def masked_vector(context: RoundContext, value: int) -> Ring:
    """What one agent uploads in a real round when every coordinate is one value."""
    net = replace(NET, context=context)
    aggregator, participants = net.aggregator(), net.participants()
    for _ in range(2):
        run_stage(aggregator, participants, net)
        aggregator.advance()
    vector = np.full(context.dimension, value, dtype=np.int64)
    reply = participants[A].handle(aggregator.requests()[A], lambda: vector)
    return quantise.from_bytes(reply[39:-64])


def deviations(counts: npt.NDArray[np.int64]) -> float:
    """By how many standard deviations a chi-square statistic is off that of a uniform distribution."""
    expected = counts.sum() / counts.size
    chi_square = float(((counts - expected) ** 2 / expected).sum())
    degrees = counts.size - 1
    return abs(chi_square - degrees) / float(np.sqrt(2 * degrees))


@pytest.mark.parametrize("value", [0, 1, -(2**48)], ids=["nothing", "one", "as little as possible"])
def test_a_masked_vector_is_uniform_whatever_it_hides(value: int) -> None:
    """800,000 bytes by place in the word: values, and bits; six deviations allowed."""
    words = masked_vector(replace(NET.context, dimension=100_000), value)
    by_place = words.astype("<u8").view(np.uint8).reshape(-1, 8)
    for place in range(8):
        assert deviations(np.bincount(by_place[:, place], minlength=256)) < SIGMAS
    ones = np.unpackbits(by_place).reshape(-1, 64).mean(axis=0)
    assert np.abs(ones - 0.5).max() < SIGMAS * 0.5 / np.sqrt(len(words))
    assert deviations(np.bincount((words[1:] - words[:-1]) >> np.uint64(56), minlength=256).astype(np.int64)) < SIGMAS


def test_the_test_of_uniformity_notices_thirty_two_bit_words() -> None:
    weak = KeyStream(100_000).words(bytes(32)) & np.uint64(2**32 - 1)
    by_place = weak.astype("<u8").view(np.uint8).reshape(-1, 8)
    assert deviations(np.bincount(by_place[:, 7], minlength=256)) > SIGMAS


# -- metadata ----------------------------------------------------------------------------------------------------------


def test_replies_have_one_size_over_a_hundred_sets_of_data() -> None:
    """From nothing to report to the cap: one agent, restored each time, answers the same requests to the end."""
    layout = VectorLayout.of(STUDY)
    net = network(12, dimension=layout.dimension)
    aggregator, participants = net.aggregator(), net.participants()
    requests, before = [], b""
    while aggregator.stage < Stage.FINISHED:
        if aggregator.stage == Stage.MASKED_INPUT_COLLECTION:
            before = participants[B].snapshot()
        requests.append(aggregator.requests()[B])
        run_stage(aggregator, participants, net)
        aggregator.advance()
    rng = np.random.default_rng(2027)
    sizes, vectors = set(), set()
    for number in range(100):
        entropy = SeededEntropy(str(number).encode())
        reminders = [
            MaturedReminder("hu_au", "email", int(rng.integers(7)), int(rng.integers(24)), 40, bool(rng.integers(2)))
            for _ in range({0: 0, 1: STUDY.cap_customers}.get(number, int(rng.integers(1, 60))))
        ]
        vector = contribution(STUDY, reminders, threshold=10, entropy=entropy)
        agent = Participant.restore(
            before, context=net.context, roster=net.roster, agent_id=B, identity_key=net.keys[B], entropy=entropy
        )
        replies = [agent.handle(request, vector.copy) for request in requests]
        sizes.add((*map(len, replies), len(agent.snapshot())))
        vectors.add(replies[Stage.MASKED_INPUT_COLLECTION])
    assert (1, 100, len(ASKING)) == (len(sizes), len(vectors), len(requests))
