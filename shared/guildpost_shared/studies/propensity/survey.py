"""Two counted rounds before learning: what stands in the columns, and between which bounds.

Survey, per column one cell per customer: its bucket if it is a text (or says nothing), else where the number lies on a
scale that fits every number: eight cells per power of two, on both sides of zero.

    records | positives | column 0: buckets 0…1023, nothing, numbers −2^40 … 0 … 2^40 | column 1: …

Ranges, per column of numbers: 64 equal cells between the bounds that the survey found; beyond them the outermost count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from guildpost_shared.privacy.sensitivity import Sensitivity, of_increments
from guildpost_shared.studies.propensity.columns import BUCKETS, Coded, Flags, Floats, Integers

_PER_OCTAVE: Final = 8
_LOWEST: Final = -20  # numbers nearer to zero than 2^-20 count as zero
_HIGHEST: Final = 40
_SIDE: Final = (_HIGHEST - _LOWEST) * _PER_OCTAVE
TEXTS: Final = BUCKETS + 1
NUMBERS: Final = 2 * _SIDE + 1
PER_COLUMN: Final = TEXTS + NUMBERS
HEAD: Final = 2
RANGE_CELLS: Final = 64


@dataclass(frozen=True)
class Bounds:
    """Lower and upper bound of a column of numbers, the lower one smaller."""

    column: int
    low: float
    high: float


def survey_dimension(columns: int) -> int:
    """Count the coordinates of a survey."""
    return HEAD + columns * PER_COLUMN


def survey_sensitivity(columns: int) -> Sensitivity:
    """Give what one customer can change in a survey; the ranges move less (no head)."""
    return of_increments(HEAD + columns)


def survey(records: Coded, answered: Flags) -> Integers:
    """Count a dealer's records, without noise: it must not leave the machine."""
    columns = records.buckets.shape[1]
    total = np.zeros(survey_dimension(columns), dtype=np.int64)
    total[0], total[1] = len(records), int(np.count_nonzero(answered))
    for at in range(columns):
        numbers = records.numbers[:, at]
        cells = np.where(np.isnan(numbers), records.buckets[:, at], TEXTS + scale_cell(np.nan_to_num(numbers)))
        start = HEAD + at * PER_COLUMN
        total[start : start + PER_COLUMN] = np.bincount(cells, minlength=PER_COLUMN)
    return total


def ranges(records: Coded, bounds: Sequence[Bounds]) -> Integers:
    """Count a dealer's numbers between bounds, without noise."""
    total = np.zeros((len(bounds), RANGE_CELLS), dtype=np.int64)
    for at, found in enumerate(bounds):
        numbers = records.numbers[:, found.column]
        inside = (numbers[~np.isnan(numbers)] - found.low) / (found.high - found.low) * RANGE_CELLS
        total[at] = np.bincount(np.clip(inside, 0, RANGE_CELLS - 1).astype(np.int64), minlength=RANGE_CELLS)
    return total.reshape(-1)


def scale_cell(numbers: Floats) -> Integers:
    """Say in which cell of the scale numbers lie, 0 to ``NUMBERS`` − 1, in ascending order."""
    fraction, exponent = np.frexp(np.abs(numbers))  # |number| = fraction · 2^exponent, fraction in [1/2, 1)
    eighth = np.floor((fraction - 0.5) * 2 * _PER_OCTAVE).astype(np.int64)
    place = (exponent.astype(np.int64) - 1 - _LOWEST) * _PER_OCTAVE + eighth
    outward = np.where((place < 0) | (numbers == 0), 0, np.minimum(place, _SIDE - 1) + 1)
    return (_SIDE + np.where(numbers < 0, -outward, outward)).astype(np.int64)


def scale_bounds(first: int, last: int) -> tuple[float, float]:
    """Give the bounds of the numbers from one cell of the scale to another."""
    return -_outer(_SIDE - first) if first < _SIDE else _inner(first - _SIDE), (
        _outer(last - _SIDE) if last >= _SIDE else -_inner(_SIDE - last)
    )


def _inner(outward: int) -> float:
    """The bound nearer to zero of the n-th cell beside zero."""
    if outward == 0:
        return 0.0
    octave, eighth = divmod(outward - 1, _PER_OCTAVE)
    return 2.0 ** (octave + _LOWEST) * (1 + eighth / _PER_OCTAVE)


def _outer(outward: int) -> float:
    """The bound farther from zero of the n-th cell beside zero; zero is a cell of its own."""
    return 0.0 if outward == 0 else _inner(outward + 1)
