"""What the sum of a training's round must keep to be possible at all, coordinates by coordinates.

As in ``studies.sanity``: as many customers as the contributors' caps allow, each with the bounds of its integers, and
eight standard deviations of room for the noise.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from guildpost_shared.errors import Untrusted
from guildpost_shared.studies.propensity.asks import Ask, RangesAsk, SurveyAsk
from guildpost_shared.studies.propensity.budget import Budget
from guildpost_shared.studies.propensity.columns import Integers
from guildpost_shared.studies.propensity.steps import CURVATURE_NORM, SLOPE_NORM
from guildpost_shared.studies.propensity.survey import HEAD, PER_COLUMN, RANGE_CELLS
from guildpost_shared.studies.sanity import ROOM_DEVIATIONS


@dataclass(frozen=True)
class _Block:
    """Coordinates whose sum one customer moves by at least ``low`` and at most ``high``."""

    name: str
    first: int
    size: int
    low: int
    high: int
    variance: int


def require_possible(
    ask: Ask, total: Integers, *, budget: Budget, cap: int, contributors: int, noise: Fraction
) -> None:
    """Refuse a sum that cannot be true.

    Args:
        ask: what the round asked.
        total: the unmasked sum, int64[ask.dimension].
        budget: the noise of every round.
        cap: W.
        contributors: number of dealers in the sum.
        noise: how many times the promised variance the sum carries.

    Raises:
        Untrusted: ``study_sum_implausible`` with the name of the coordinates.
    """
    customers = contributors * cap
    for block in _blocks(ask, budget):
        value = int(total[block.first : block.first + block.size].sum())
        room = ROOM_DEVIATIONS * math.sqrt(block.variance * noise * block.size)
        if not customers * block.low - room <= value <= customers * block.high + room:
            raise Untrusted("study_sum_implausible", field=block.name)


def _blocks(ask: Ask, budget: Budget) -> Iterator[_Block]:
    match ask:
        case SurveyAsk():
            yield _Block("records", 0, 1, 0, 1, budget.survey)
            yield _Block("positives", 1, 1, 0, 1, budget.survey)
            for at in range(ask.columns):
                yield _Block(f"survey/{at}", HEAD + at * PER_COLUMN, PER_COLUMN, 0, 1, budget.survey)
        case RangesAsk():
            for at in range(len(ask.bounds)):
                yield _Block(f"ranges/{at}", at * RANGE_CELLS, RANGE_CELLS, 0, 1, budget.ranges)
        case _:
            size = ask.features.dimension
            for at in range(size):
                yield _Block(f"slope/{at}", at, 1, -SLOPE_NORM, SLOPE_NORM, budget.slopes[ask.at])
            diagonal = size
            for at in range(size if ask.curved else 0):
                yield _Block(f"curvature/{at}", diagonal, 1, 0, CURVATURE_NORM**2, budget.curvature)
                diagonal += size - at
