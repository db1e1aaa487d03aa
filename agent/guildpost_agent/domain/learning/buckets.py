"""Draws that stay the same: an occasion is in one of 256 buckets, and each bucket has its own fixed normal numbers.

Thompson sampling draws anew for each choice. A plan has to come out the same when it is made again, and a new model
shall move a choice only as far as it changed what is known; so the randomness is drawn once, from the dealer's key, and
what is known is put on top of it: ``mean + temperature · root · z``. 256 buckets try as many ways side by side; nobody
without the key can tell an occasion's.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

import numpy as np

from guildpost_agent.domain.keyed import choose
from guildpost_agent.domain.learning import features
from guildpost_shared.learning.bases import LEAD_RANK, SLOT_RANK
from guildpost_shared.learning.contexts import Floats

BUCKETS: Final = 256
MEAN: Final = BUCKETS
"""One more row after the buckets, all zeros: no draw, but what is thought best."""
_TAG: Final = b"guildpost/when-to-write/v1/"
_BITS: Final = 53
_BYTES: Final = 8


def bucket_of(key: bytes, occasion_id: str) -> int:
    """Give an occasion's bucket, 0 to 255."""
    return choose(key, 0, BUCKETS - 1, "bucket", occasion_id)


def normals(key: bytes, label: str, count: int) -> Floats:
    """Give the standard normals of all buckets for one use, float64[257, count]; the last row is zero.

    SHAKE-256 gives uniform numbers, Box and Muller (1958) make normal ones of them: a generator of a library may draw
    otherwise in its next version.

    Args:
        key: the dealer's, behind every draw.
        label: what they are for; other labels have other numbers.
        count: per bucket.
    """
    pairs = (BUCKETS * count + 1) // 2
    seed = hmac.digest(key, _TAG + label.encode(), hashlib.sha256)
    words = np.frombuffer(hashlib.shake_256(seed).digest(2 * pairs * _BYTES), "<u8").astype(np.uint64)
    uniform = ((words >> np.uint64(64 - _BITS)).astype(np.float64) + 0.5) / (1 << _BITS)
    radius, angle = np.sqrt(-2 * np.log(uniform[:pairs])), 2 * np.pi * uniform[pairs:]
    drawn = np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])[: BUCKETS * count]
    return np.concatenate([drawn.reshape(BUCKETS, count), np.zeros((1, count))])


@dataclass(frozen=True)
class Normals:
    """The normal numbers behind one dealership's draws, by what is drawn; float64[257, functions] each."""

    key: bytes

    def of_deviations(self) -> Floats:
        """Give those of its own deviations."""
        return normals(self.key, "own", features.COUNT)

    def of_leads(self, cell: int) -> Floats:
        """Give those of a context's lead times (``Contexts.cell``)."""
        return normals(self.key, f"lead/{cell}", LEAD_RANK)

    def of_slots(self, cell: int) -> Floats:
        """Give those of a context's slots (``Contexts.slot_cell``)."""
        return normals(self.key, f"slot/{cell}", SLOT_RANK)
