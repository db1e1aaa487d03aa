"""How best lead times move: all curves of a class together, along the axis of days.

What customers like does not change function by function. Habits and seasons make the customers of a service plan nearer
or further ahead: ``f(l) → f(l − s)``, whose first step is ``−s·f'``. Variance in this one direction per class lets the
filter follow such a move from a few weak signs; a walk of all coefficients alike would have to be so large for it that
the model forgot what it knows.
"""

from functools import cache
from typing import Final

import numpy as np

from guildpost_shared.learning.bases import LEAD_RANK, LEAD_STEP, lead_basis
from guildpost_shared.learning.blocks import DIMENSION, LEAD_BLOCKS, LEAD_COORDINATES
from guildpost_shared.learning.contexts import CLASSES, Floats

SHIFT_WALK: Final = 12.0
"""Variance of a class's shift that a week adds, in days²."""


def shift_directions(theta: Floats) -> Floats:
    """Give what one day more does to the coefficients, by class, float64[5, 549]: zeros outside the class's functions.

    Args:
        theta: coefficients of the model, float64[549].
    """
    moved = np.zeros((len(CLASSES), DIMENSION))
    start = LEAD_COORDINATES.start
    for block in LEAD_BLOCKS:  # every block numbers its functions by class first
        functions = theta[start : start + block.size].reshape(len(CLASSES), -1, LEAD_RANK)
        for at, coefficients in enumerate(-functions @ _derivative().T):
            first = start + at * coefficients.size
            moved[at, first : first + coefficients.size] = coefficients.ravel()
        start += block.size
    return moved


@cache
def _derivative() -> Floats:
    """Give D, float64[5, 5]: ``ψ(l)·D·θ`` is the function of least squares for the slope of ``ψ(l)·θ`` per day."""
    basis = lead_basis()
    slopes = np.gradient(basis, LEAD_STEP, axis=0)
    found: Floats = np.linalg.lstsq(basis, slopes, rcond=None)[0].astype(np.float64, copy=False)
    return found
