"""A whole training in one process: every dealer answers as its agent does, and only sums reach the coordinator's code.

The sum is taken in the ring of the masks, modulo 2^64, of the very vectors that would be masked. ``masked=True`` sends
them through the complete secure aggregation as well, with signed keys, shares and masks.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guildpost_agent.domain.propensity import Seated, answer
from guildpost_coordinator.domain.propensity.training import Training
from guildpost_shared.entropy import Entropy, OsEntropy
from guildpost_shared.identity.roster import Roster, RosterEntry
from guildpost_shared.secagg import quantise
from guildpost_shared.secagg.aggregator import Aggregator
from guildpost_shared.secagg.cohort import threshold_of
from guildpost_shared.secagg.context import RoundContext
from guildpost_shared.secagg.participant import Participant
from guildpost_shared.secagg.stages import Stage
from guildpost_shared.studies.propensity.asks import Ask
from guildpost_shared.studies.propensity.budget import Budget
from guildpost_shared.studies.propensity.columns import Integers


class SeededEntropy:
    """Noise that a benchmark can repeat; a product's agent asks the operating system."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng([seed, 0x5EED])

    def token_bytes(self, size: int) -> bytes:
        """Return ``size`` bytes."""
        return self._random.bytes(size)


def train(
    seated: Sequence[Seated], *, columns: int, budget: Budget, entropy: Entropy, masked: bool = False
) -> Training:
    """Train a model."""
    training = Training(columns, budget)
    threshold = threshold_of(len(seated))
    while (ask := training.ask) is not None:
        vectors = [answer(one, ask, budget=budget, threshold=threshold, entropy=entropy) for one in seated]
        total = (masked_sum if masked else ring_sum)(vectors, ask)
        training.take(total, inflation=len(seated) / threshold)
    return training


def ring_sum(vectors: Sequence[Integers], ask: Ask) -> Integers:
    """Add modulo 2^64, as the aggregator does."""
    total = np.zeros(ask.dimension, dtype=np.uint64)
    for vector in vectors:
        total += quantise.to_ring(vector, ask.dimension)
    return quantise.from_ring(total)


def masked_sum(vectors: Sequence[Integers], ask: Ask) -> Integers:
    """Add through the secure aggregation, every dealer a participant and a legal entity of its own."""
    names = [f"dealer-{number:04}" for number in range(len(vectors))]
    keys = {name: Ed25519PrivateKey.generate() for name in [*names, "coordinator"]}
    public = {name: key.public_key().public_bytes_raw() for name, key in keys.items()}
    roster = Roster(1, public["coordinator"], tuple(RosterEntry(name, name, public[name], "") for name in names))
    layout = sha256(type(ask).__name__.encode()).digest()
    context = RoundContext("training", sha256(b"propensity").digest(), roster.sha256, layout, ask.dimension)
    aggregator = Aggregator(context, roster, keys["coordinator"])
    participants = {name: Participant(context, roster, name, keys[name], OsEntropy()) for name in names}
    sources = {name: _source(vector) for name, vector in zip(names, vectors, strict=True)}
    while aggregator.stage < Stage.FINISHED:
        for name, request in aggregator.requests().items():
            aggregator.receive(name, participants[name].handle(request, sources[name]))
        aggregator.advance()
    return aggregator.result().sum


def _source(vector: Integers) -> Callable[[], Integers]:
    return lambda: vector
