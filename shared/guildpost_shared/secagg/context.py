"""What one round is about; bound into every key, signature and mask of it."""

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from guildpost_shared.secagg.codec import Writer

PROTOCOL: Final = b"guildpost/secagg/1"
HASH_BYTES: Final = 32
MAX_DIMENSION: Final = 1_000_000
_ROUND_ID = re.compile(r"[a-z0-9][a-z0-9._-]{2,95}")


@dataclass(frozen=True)
class RoundContext:
    """Identify a round by everything its sides must agree on.

    Args:
        round_id: unique for ever; ``[a-z0-9._-]``, 3 to 96 characters.
        study_hash: SHA-256 of the signed study.
        roster_hash: SHA-256 of the signed roster.
        layout_hash: SHA-256 of the vector layout (and of a model, where a study uses one).
        dimension: number of coordinates.
    """

    round_id: str
    study_hash: bytes
    roster_hash: bytes
    layout_hash: bytes
    dimension: int

    def __post_init__(self) -> None:
        if _ROUND_ID.fullmatch(self.round_id) is None:
            raise ValueError("round id")
        if {len(self.study_hash), len(self.roster_hash), len(self.layout_hash)} != {HASH_BYTES}:
            raise ValueError("hashes have 32 bytes")
        if not 1 <= self.dimension <= MAX_DIMENSION:
            raise ValueError("dimension")

    def binding(self, purpose: str) -> bytes:
        """Give the bytes that bind a key or a signature to this round and to one purpose.

        Returns:
            Protocol label, purpose, round id, the three hashes and the dimension; injective, because every part has
            a fixed or a stated length.
        """
        known = self._bindings.get(purpose)
        if known is None:
            head = Writer().text(PROTOCOL.decode("ascii")).text(purpose).text(self.round_id)
            hashes = self.study_hash + self.roster_hash + self.layout_hash
            known = self._bindings[purpose] = head.raw(hashes).u32(self.dimension).take()
        return known

    @cached_property
    def _bindings(self) -> dict[str, bytes]:
        """What was bound before; a round asks for the same few purposes thousands of times."""
        return {}

    @cached_property
    def digest(self) -> bytes:
        """Short name of the context (32 bytes)."""
        return hashlib.sha256(self.binding("context")).digest()
