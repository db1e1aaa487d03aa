"""Known answers: key stream, key derivation, secret sharing, and one whole masked round."""

import hashlib
import json
import random
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from guildpost_shared.errors import ProtocolViolation
from guildpost_shared.secagg import keys, prg, shamir
from guildpost_shared.secagg.context import RoundContext
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
    assert [int(word) for word in case["words"]] == prg.expand(bytes.fromhex(case["seed"]), 5).tolist()


def test_both_sides_derive_the_known_seed_from_the_known_info() -> None:
    known = vectors("secagg_hkdf.json")
    hashes = {name: bytes.fromhex(known[name]) for name in ("study_hash", "roster_hash", "layout_hash")}
    context = RoundContext(known["round_id"], **hashes, dimension=known["dimension"])
    private = [bytes.fromhex(key) for key in known["private"]]
    public = [bytes.fromhex(key) for key in known["public"]]
    one, other = known["agents"]

    assert public == [keys.public_key(key) for key in private]
    assert bytes.fromhex(known["info"]).startswith(context.binding("pair-mask"))
    assert known["seed"] == keys.mask_seed(context, private[0], one, public[1], other).hex()
    assert known["seed"] == keys.mask_seed(context, private[1], other, public[0], one).hex()
    assert known["self_seed"] == keys.self_mask_seed(context, bytes.fromhex(known["self_secret"]), one).hex()


@pytest.mark.parametrize("case", vectors("secagg_shamir.json")["cases"], ids=lambda case: f"t={case['threshold']}")
def test_shares_are_the_known_values_of_the_known_polynomial(case: dict[str, Any]) -> None:
    drawn = Fixed(bytes.fromhex(case["coefficients"]))
    secret, threshold = bytes.fromhex(case["secret"]), case["threshold"]
    shares = shamir.split(secret, threshold=threshold, holders=len(case["shares"]), entropy=drawn)

    assert case["shares"] == [share.hex() for share in shares]
    chosen = random.Random(1).sample(list(combinations(range(1, len(shares) + 1), threshold)), min(5, len(shares)))
    assert {secret} == {shamir.combine({x: shares[x - 1] for x in positions}) for positions in chosen}


def test_one_share_too_few_says_nothing_about_the_secret() -> None:
    """For every other secret there is a polynomial through the same t − 1 shares: rebuild with an invented one."""
    shares = shamir.split(bytes(32), threshold=3, holders=3, entropy=SeededEntropy(b"s"))
    rebuilt = set()
    for invented in range(20):
        share = (invented * 7919).to_bytes(shamir.SHARE_BYTES, "big")
        rebuilt.add(shamir.combine({1: shares[0], 2: shares[1], 3: share}))
    assert 20 == len(rebuilt)


def test_shares_that_fit_no_secret_are_refused() -> None:
    outside = (shamir.PRIME - 1).to_bytes(shamir.SHARE_BYTES, "big")
    with pytest.raises(ProtocolViolation, match="secagg_undecodable"):
        shamir.combine({1: outside})


def test_the_field_has_a_prime_number_of_elements() -> None:
    """Miller–Rabin with forty bases, by hand."""
    odd, twos = shamir.PRIME - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in random.Random(7).sample(range(2, 10**9), 40):
        value = pow(base, odd, shamir.PRIME)
        chain = [value, *(value := pow(value, 2, shamir.PRIME) for _ in range(twos - 1))]
        assert chain[0] == 1 or shamir.PRIME - 1 in chain


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
    words = prg.expand(bytes(range(32)), 100_000)
    ones = np.unpackbits(words.view(np.uint8)).reshape(-1, 64).mean(axis=0)
    assert np.abs(ones - 0.5).max() < 0.01
