"""Reproducible randomness for tests: SHAKE-256 of a seed and a counter. Never for product code."""

import hashlib


class SeededEntropy:
    """Give the same bytes in the same order for the same seed.

    Use one per simulated machine: ``SeededEntropy(b"dealer-03")``.
    """

    def __init__(self, seed: bytes) -> None:
        self._seed = seed
        self._calls = 0

    def token_bytes(self, size: int) -> bytes:
        """Return the next ``size`` bytes."""
        self._calls += 1
        return hashlib.shake_256(self._seed + b"/" + str(self._calls).encode()).digest(size)
