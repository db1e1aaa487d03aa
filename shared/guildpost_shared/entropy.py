"""The only place that reads randomness."""

import secrets
from typing import Protocol


class Entropy(Protocol):
    """Give random bytes."""

    def token_bytes(self, size: int) -> bytes:
        """Return ``size`` random bytes."""
        ...


class OsEntropy:
    """The operating system's generator."""

    def token_bytes(self, size: int) -> bytes:
        """Return ``size`` bytes from the operating system."""
        return secrets.token_bytes(size)
