"""Known answers: key stream, key derivation, secret sharing, and one whole masked round."""

import hashlib
import json
import random
from contextlib import suppress
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_shared.errors import ProtocolViolation
from guildpost_shared.secagg import keys, masking, quantise, shamir
from guildpost_shared.secagg.context import RoundContext
from guildpost_shared.secagg.messages import SHARE_BYTES
from guildpost_shared.secagg.prg import KeyStream
from guildpost_shared.secagg.stages import Stage
from tests.factories.secagg_network import network
from tests.fakes.seeded_entropy import SeededEntropy

VECTORS = Path(__file__).parents[2] / "vectors"


def vectors(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((VECTORS / name).read_text("utf-8"))
    return loaded


class Fixed:
    """Entropy that gives prepared bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def token_bytes(self, size: int) -> bytes:
        given, self._data = self._data[:size], self._data[size:]
        return given


@pytest.mark.parametrize("case", vectors("secagg_prg.json")["cases"], ids=lambda case: str(case["seed"][:8]))
def test_the_key_stream_is_aes_256_in_counter_mode(case: dict[str, Any]) -> None:
    assert [int(word) for word in case["words"]] == KeyStream(5).words(bytes.fromhex(case["seed"])).tolist()


def test_both_sides_derive_the_known_seed_from_the_known_info() -> None:
    known = vectors("secagg_hkdf.json")
    hashes = {name: bytes.fromhex(known[name]) for name in ("study_hash", "roster_hash", "layout_hash")}
    context = RoundContext(known["round_id"], **hashes, dimension=known["dimension"])
    private = [bytes.fromhex(key) for key in known["private"]]
    public = [bytes.fromhex(key) for key in known["public"]]
    one, other = known["agents"]

    assert public == [keys.RoundKey(context, one, key).public for key in private]
    assert bytes.fromhex(known["info"]).startswith(context.binding("pair-mask"))
    assert known["seed"] == keys.RoundKey(context, one, private[0]).mask_seed(other, public[1]).hex()
    assert known["seed"] == keys.RoundKey(context, other, private[1]).mask_seed(one, public[0]).hex()
    assert known["self_seed"] == keys.self_mask_seed(context, bytes.fromhex(known["self_secret"]), one).hex()


def test_a_masked_vector_is_the_known_one() -> None:
    known = vectors("secagg_mask.json")
    hashes = {name: bytes.fromhex(known[name]) for name in ("study_hash", "roster_hash", "layout_hash")}
    plain, agent = np.array(known["vector"], dtype=np.int64), known["agent_id"]
    context = RoundContext(known["round_id"], **hashes, dimension=len(plain))
    masked = masking.mask(
        context,
        quantise.to_ring(plain, len(plain)),
        agent_id=agent,
        mask_key=keys.RoundKey(context, agent, bytes.fromhex(known["mask_private"])),
        self_secret=bytes.fromhex(known["self_secret"]),
        peers={peer: bytes.fromhex(public) for peer, public in known["peers"].items()},
    )
    assert [int(word) for word in known["masked"]] == masked.tolist()


@pytest.mark.parametrize("case", vectors("secagg_shamir.json")["cases"], ids=lambda case: f"t={case['threshold']}")
def test_shares_are_the_known_values_of_the_known_polynomial(case: dict[str, Any]) -> None:
    drawn = Fixed(bytes.fromhex(case["coefficients"]))
    secret, threshold = bytes.fromhex(case["secret"]), case["threshold"]
    shares = shamir.split(secret, threshold=threshold, holders=len(case["shares"]), entropy=drawn)

    assert case["shares"] == [share.hex() for share in shares]
    chosen = random.Random(1).sample(list(combinations(range(1, len(shares) + 1), threshold)), min(5, len(shares)))
    assert {(secret,)} == {shamir.combine({x: shares[x - 1] for x in positions}) for positions in chosen}


def test_secrets_cut_together_are_rebuilt_together_with_the_same_shares_as_alone() -> None:
    one, other = bytes(range(32)), b"\xff" * 32
    shares = shamir.split(one + other, threshold=3, holders=5, entropy=SeededEntropy(b"both"))
    assert {2 * SHARE_BYTES} == set(map(len, shares))
    assert (one, other) == shamir.combine({x: shares[x - 1] for x in (5, 1, 3)})
    assert (other,) == shamir.combine({x: shares[x - 1][SHARE_BYTES:] for x in (2, 3, 4)})


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_threshold_of_holders_rebuilds_and_one_less_does_not(data: st.DataObject) -> None:
    holders = data.draw(st.integers(2, 40))
    threshold = data.draw(st.integers(2, holders))
    secret = data.draw(st.binary(min_size=32, max_size=32))
    shares = shamir.split(secret, threshold=threshold, holders=holders, entropy=SeededEntropy(secret))
    chosen = data.draw(st.permutations(range(1, holders + 1)))[:threshold]
    assert (secret,) == shamir.combine({x: shares[x - 1] for x in chosen})
    rebuilt: tuple[bytes, ...] = ()
    with suppress(ProtocolViolation):
        rebuilt = shamir.combine({x: shares[x - 1] for x in chosen[1:]})
    assert (secret,) != rebuilt


def test_one_share_too_few_fits_every_secret() -> None:
    """For whatever secret there is a last share with which the known ones rebuild it: they say nothing about it."""
    shares = shamir.split(bytes(32), threshold=3, holders=3, entropy=SeededEntropy(b"s"))
    known = {1: np.frombuffer(shares[0][:32], "<u2"), 2: np.frombuffer(shares[1][:32], "<u2")}
    assert not any(shares[0][32:] + shares[1][32:])  # neither holds a value of 2^16
    for number in range(20):
        secret = hashlib.sha256(bytes([number])).digest()
        limbs = np.frombuffer(secret, "<u2").astype(np.int64)
        # p(0) = 3·p(1) − 3·p(2) + p(3)
        last = (limbs - 3 * known[1].astype(np.int64) + 3 * known[2].astype(np.int64)) % shamir.PRIME
        high = sum(1 << at for at, value in enumerate(last.tolist()) if value == 1 << 16)
        share = (last & 0xFFFF).astype("<u2").tobytes() + high.to_bytes(2, "little")
        assert (secret,) == shamir.combine({1: shares[0], 2: shares[1], 3: share})


def test_a_single_share_is_uniform_over_the_whole_field() -> None:
    """65,537 values, one secret cut often enough that each occurs about 61 times: chi-square within six deviations."""
    share = shamir.split(bytes(32) * 250_000, threshold=2, holders=2, entropy=SeededEntropy(b"u"))[0]
    rows = np.frombuffer(share, np.uint8).reshape(-1, SHARE_BYTES)
    low = np.ascontiguousarray(rows[:, :32]).view("<u2").astype(np.int64).ravel()
    high = np.unpackbits(rows[:, 32:], axis=-1, bitorder="little").astype(np.int64).ravel()
    counts = np.bincount(low + (high << 16), minlength=shamir.PRIME)
    expected = low.size / shamir.PRIME
    chi_square = float(((counts - expected) ** 2 / expected).sum())
    assert shamir.PRIME == counts.size
    assert abs(chi_square - shamir.PRIME) < 6 * (2 * shamir.PRIME) ** 0.5


def test_shares_that_fit_no_secret_are_refused() -> None:
    outside = bytes(32) + b"\x01\x00"  # the first limb is 2^16
    with pytest.raises(ProtocolViolation, match="secagg_undecodable"):
        shamir.combine({1: outside})


def test_the_field_has_a_prime_number_of_elements() -> None:
    assert 65_537 == shamir.PRIME
    assert all(shamir.PRIME % divisor for divisor in range(2, 257))


def test_a_whole_round_with_fixed_entropy_gives_the_known_bytes() -> None:
    known = vectors("secagg_round.json")
    net = network(10, dimension=4)
    aggregator, participants = net.aggregator(), net.participants()
    stages = []
    while aggregator.stage < Stage.FINISHED:
        requests, replies, sizes = hashlib.sha256(), hashlib.sha256(), set()
        stage = aggregator.stage
        for agent, request in aggregator.requests().items():
            reply = participants[agent].handle(request, net.source(agent))
            requests.update(request)
            replies.update(reply)
            sizes.add(len(reply))
            aggregator.receive(agent, reply)
        aggregator.advance()
        stages.append(
            {
                "stage": stage.name,
                "requests_sha256": requests.hexdigest(),
                "replies_sha256": replies.hexdigest(),
                "reply_bytes": sizes.pop(),
            }
        )
    assert (known["roster_sha256"], known["context"]) == (net.roster.sha256.hex(), net.context.digest.hex())
    assert known["stages"] == stages
    assert known["sum"] == aggregator.result().sum.tolist() == net.total(net.agents)


def test_key_streams_use_all_sixty_four_bits() -> None:
    words = KeyStream(100_000).words(bytes(range(32)))
    ones = np.unpackbits(words.view(np.uint8)).reshape(-1, 64).mean(axis=0)
    assert np.abs(ones - 0.5).max() < 0.01
