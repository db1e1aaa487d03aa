"""Has the world changed? A block's surprise, compared with what is usual.

``z = g'·S⁻¹·g / k`` over the k leading coordinates of a block is 1 on average while the model is right. It rises the
alarm when it exceeds 1.4 and 1.7 times the median of the last four rounds: the second guards against a model whose
variances are always a little too small.
"""

from collections.abc import Sequence
from statistics import median
from typing import Final

import numpy as np

from guildpost_shared.learning.blocks import LEAD_BLOCKS, SLOT_BLOCKS, SLOT_COORDINATES
from guildpost_shared.learning.contexts import Floats

ROUNDS: Final = 4
_LEAST: Final = 1.4
_TIMES: Final = 1.7
LEADING: Final = (
    slice(0, SLOT_BLOCKS[0].size),
    slice(SLOT_COORDINATES.stop, SLOT_COORDINATES.stop + LEAD_BLOCKS[0].size),
)
"""The coarsest block of slots and of lead times: the ones that are known well enough to be surprised."""


def surprise(score: Floats, innovation: Floats, block: slice) -> float:
    """Compute z.

    Args:
        score: g, float64[549].
        innovation: S, its covariance.
        block: the coordinates looked at.
    """
    part = score[block]
    return float(part @ np.linalg.solve(innovation[block, block], part)) / len(part)


def alarmed(latest: float, earlier: Sequence[float]) -> bool:
    """Tell whether a surprise is out of the ordinary; without four earlier rounds nothing is."""
    recent = earlier[-ROUNDS:]
    return len(recent) == ROUNDS and latest > max(_LEAST, _TIMES * median(recent))
