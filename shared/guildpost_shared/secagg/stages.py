"""The five stages, numbered and named as in Bonawitz et al. 2017 (figure 4).

    0 AdvertiseKeys ──▶ 1 ShareKeys ──▶ 2 MaskedInputCollection ──▶ 3 ConsistencyCheck ──▶ 4 Unmasking ──▶ finished
          │                  │                    │                          │                   │
          └──────────────────┴──────── too few replies or a lie ────────────┴───────────────────┴──▶ aborted

``U1`` answered stage 0, ``U2`` stage 1, and so on; each is a subset of the one before.
"""

from enum import IntEnum
from typing import Final


class Stage(IntEnum):
    """Where a round stands."""

    ADVERTISE_KEYS = 0
    SHARE_KEYS = 1
    MASKED_INPUT_COLLECTION = 2
    CONSISTENCY_CHECK = 3
    UNMASKING = 4
    FINISHED = 5
    ABORTED = 6


ASKING: Final = (
    Stage.ADVERTISE_KEYS,
    Stage.SHARE_KEYS,
    Stage.MASKED_INPUT_COLLECTION,
    Stage.CONSISTENCY_CHECK,
    Stage.UNMASKING,
)
NEXT: Final = {stage: Stage(stage + 1) for stage in ASKING}
