"""Records as vectors: entries in [-1, 1], length at most B, computed alike in every agent and wherever a score is made.

Coordinate 0 is the constant 1. A column of numbers gives (number − mean) / the farther of its two bounds, limited to
the bounds, and one coordinate for "says nothing" where that is common. A column of texts gives one coordinate per
common category. These indicators are centred at their shares, so that a vector is short for usual records: what is
rare makes a vector long, and length is what noise must hide. A text that nobody knew beforehand is in no category.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from guildpost_shared.studies.propensity.columns import Coded, Floats

LEAST_NORM: Final = 2.0
MOST_FEATURES: Final = 256
"""Including the constant: a curvature has 32,896 coordinates at most."""


@dataclass(frozen=True)
class Numeric:
    """A column of numbers: bounds, mean between them, and the standard deviation (used for the prior only)."""

    column: int
    low: float
    high: float
    mean: float
    deviation: float

    @property
    def reach(self) -> float:
        """The farther bound's distance from the mean."""
        return max(self.high - self.mean, self.mean - self.low)


@dataclass(frozen=True)
class Category:
    """A category of a column: its bucket (1024: says nothing) and the share of records in it."""

    column: int
    bucket: int
    share: float


@dataclass(frozen=True)
class FeatureMap:
    """What the coordinator publishes before learning starts.

    Attributes:
        numeric: columns of numbers.
        categories: indicators.
        norm: B, at least 2; longer vectors are shortened to it.
    """

    numeric: tuple[Numeric, ...]
    categories: tuple[Category, ...]
    norm: float

    def __post_init__(self) -> None:
        if not LEAST_NORM <= self.norm < np.inf or not 1 <= self.dimension <= MOST_FEATURES:
            raise ValueError("a feature map outside its bounds")
        if any(not (one.low <= one.mean <= one.high and one.low < one.high) for one in self.numeric):
            raise ValueError("a mean outside its bounds")

    @cached_property
    def dimension(self) -> int:
        """Number of coordinates, d."""
        return 1 + len(self.numeric) + len(self.categories)

    def vectors(self, records: Coded) -> Floats:
        """Turn records into float64[records, d]; finite whatever the records say."""
        result = np.empty((len(records), self.dimension))
        result[:, 0] = 1.0
        for at, one in enumerate(self.numeric, start=1):
            inside = (np.clip(records.numbers[:, one.column], one.low, one.high) - one.mean) / one.reach
            result[:, at] = np.nan_to_num(inside)
        for at, known in enumerate(self.categories, start=1 + len(self.numeric)):
            result[:, at] = (records.buckets[:, known.column] == known.bucket) - known.share
        np.clip(result, -1.0, 1.0, out=result)
        length = np.linalg.norm(result, axis=1, keepdims=True)
        return np.asarray(result * np.minimum(1.0, self.norm / length), dtype=np.float64)
