"""What two noised surveys say about the columns, and the feature map made of it.

A cell counts as seen when it stands out of its noise: by four standard deviations for texts, where a ghost only costs a
coordinate that never occurs, by five for numbers, where a ghost would stretch the bounds, and by three and a half
between bounds that are known, where a ghost can only bring them back. A category needs 20 customers, whatever the noise
(rule R4), and beyond each bound there are cells of fewer than 20 together. Numbers that are few in every cell may stand
out in wider blocks: what finer cells explain is left out of a block first, so that bounds are as narrow as can be told.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from guildpost_shared.privacy.disclosure import MIN_CELL
from guildpost_shared.studies.propensity.columns import Flags, Floats, Integers
from guildpost_shared.studies.propensity.features import LEAST_NORM, MOST_FEATURES, Category, FeatureMap, Numeric
from guildpost_shared.studies.propensity.survey import (
    HEAD,
    PER_COLUMN,
    RANGE_CELLS,
    TEXTS,
    Bounds,
    scale_bounds,
    survey_dimension,
)

_TEXT_DEVIATIONS: Final = 4.0
_NUMBER_DEVIATIONS: Final = 5.0
_RANGE_DEVIATIONS: Final = 3.5
_BLOCKS: Final = (4, 16, 64)
_LEAST_SPREAD: Final = 0.02
"""Of the width between bounds: less deviation than this cannot be told from noise."""
_NORM_ROOM: Final = 0.7
"""Of the mean squared length, what B² keeps beside the constant. Longer records are shortened, when the model is
learned and when it is used: that weakens what is rare a little, and the noise, which must hide the longest, by more."""


@dataclass(frozen=True)
class Found:
    """What the survey found.

    Attributes:
        records: customers in the sum, noised, at least 1.
        answered: the share that answered, inside (0, 1).
        bounds: the columns of numbers.
        categories: the common texts.
    """

    records: float
    answered: float
    bounds: tuple[Bounds, ...]
    categories: tuple[Category, ...]


def read_survey(total: Integers, *, columns: int, variance: float) -> Found:
    """Read the sum of the first survey.

    Args:
        total: int64[survey_dimension(columns)].
        columns: number of columns.
        variance: of the noise that the sum really carries, per coordinate.
    """
    if total.shape != (survey_dimension(columns),):
        raise ValueError("the sum has another layout")
    deviation = math.sqrt(variance)
    records = max(1.0, float(total[0]))
    answered = min(max(float(total[1]), 1.0), records - 0.5) / records
    bounds: list[Bounds] = []
    categories: list[Category] = []
    for column in range(columns):
        cells = total[HEAD + column * PER_COLUMN :][:PER_COLUMN]
        texts = np.flatnonzero(cells[:TEXTS] >= max(MIN_CELL, _TEXT_DEVIATIONS * deviation)).tolist()
        numbers = np.flatnonzero(_standing_out(cells[TEXTS:], deviation, _NUMBER_DEVIATIONS))
        spoken = sum(int(cells[text]) for text in texts if text < TEXTS - 1)
        if int(cells[TEXTS:][numbers].sum()) > spoken:
            low, high = scale_bounds(int(numbers[0]), int(numbers[-1]))
            if low < high:
                bounds.append(Bounds(column, low, high))
        categories += [Category(column, text, min(1.0, float(cells[text]) / records)) for text in texts]
    return Found(records, answered, tuple(bounds), tuple(categories))


def feature_map(found: Found, total: Integers, *, variance: float) -> FeatureMap:
    """Read the sum of the ranges and lay out the vectors.

    Args:
        found: the first survey.
        total: int64[64 · len(found.bounds)].
        variance: of the noise that the sum really carries, per coordinate.
    """
    tables = total.reshape(len(found.bounds), RANGE_CELLS)
    numeric: list[Numeric] = []
    spread = 0.0
    for bounds, cells in zip(found.bounds, tables, strict=True):
        one = _numeric(bounds, cells, _standing_out(cells, math.sqrt(variance), _RANGE_DEVIATIONS))
        if one is not None:
            numeric.append(one)
            spread += (one.deviation / one.reach) ** 2
    numeric = numeric[: MOST_FEATURES - 1]
    telling = [one for one in found.categories if one.share < 1]
    telling.sort(key=_spread, reverse=True)
    kept = tuple(sorted(telling[: MOST_FEATURES - 1 - len(numeric)], key=lambda one: (one.column, one.bucket)))
    expected = 1 + _NORM_ROOM * (spread + sum(_spread(one) for one in kept))
    longest = 1 + len(numeric) + 2 * len({one.column for one in kept})
    norm = math.sqrt(expected if variance > 0 else longest)
    return FeatureMap(tuple(numeric), kept, max(LEAST_NORM, norm))


def _spread(one: Category) -> float:
    return one.share * (1 - one.share)


def _standing_out(cells: Integers, deviation: float, times: float) -> Flags:
    """Tell which cells hold numbers: alone, or in blocks of 4, 16 or 64 that hold more than the noise of so many."""
    found = np.asarray(cells > times * deviation)
    for width in _BLOCKS if deviation > 0 else ():
        starts = np.arange(0, len(cells), width)
        left = np.add.reduceat(np.where(found, 0, cells), starts)
        sizes = np.add.reduceat((~found).astype(np.int64), starts)
        blocks = left > times * deviation * np.sqrt(np.maximum(sizes, 1))
        found |= np.repeat(blocks, width)[: len(cells)]
    return found


def _numeric(bounds: Bounds, cells: Integers, found: Flags) -> Numeric | None:
    """Tighten bounds to what stands out, and find mean and deviation; nothing for a column of one value."""
    places = _untailed(np.where(found, np.maximum(cells, 0), 0))
    if len(places) == 0:
        places, cells = np.arange(RANGE_CELLS), np.ones(RANGE_CELLS, dtype=np.int64)
    if len(places) == 1:
        return None
    first, last = int(places[0]), int(places[-1]) + 1
    edges = np.linspace(bounds.low, bounds.high, RANGE_CELLS + 1)
    low, high = float(edges[first]), float(edges[last])
    middles: Floats = (edges[first:last] + edges[first + 1 : last + 1]) / 2
    weights = cells[first:last] / max(1, int(cells[first:last].sum()))
    mean = min(max(float(weights @ middles), low), high)
    variance = float(weights @ (middles - mean) ** 2)
    deviation = math.sqrt(max(variance, (_LEAST_SPREAD * (high - low)) ** 2))
    return Numeric(bounds.column, low, high, mean, deviation)


def _untailed(seen: Integers) -> Integers:
    """Leave out the outermost cells while fewer than 20 customers are in them together."""
    below, above = np.cumsum(seen), np.cumsum(seen[::-1])[::-1]
    return np.flatnonzero((seen > 0) & (below >= MIN_CELL) & (above >= MIN_CELL))
