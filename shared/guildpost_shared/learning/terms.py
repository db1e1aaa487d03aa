"""How much privacy learning costs: what one customer can move, on which scale, under which noise.

Neighbours: two dealership databases that differ by one customer, with everything that belongs to him; the model that
was published before and the choices that were made for other customers (slot, lead time, and the shift of its best lead
time that the dealership assumed in choosing) are the same in both.

One customer contributes one matured reminder per quarter, to one round: the integers ``round(scale · w · v)`` with

    v = ( C·x·(y − p),  e, e, e )      p from the published model alone, cut to [0, ½]; y is 0 or 1
    e = .4 · min(p, .3)                once in each of the three tables of exposures; a letter in two
    w = √A / ‖v at y = 1‖              from who was written to and when alone, not from the answer

C is 1 on the slot and lead blocks and .35 on the rate blocks, whose values are large and are learned soon: they shall
not spend the sensitivity. With w, whoever books moves the sum by exactly √A, whatever the reminder was, a letter with
its short row as far as anybody; whoever does not book, by less (p² ≤ (1 − p)² up to one half). The noise is drawn for
√A: a shorter vector would be hidden better than promised and say less than it may. A weight that does not depend on the
answer leaves the score's mean at zero under a true model. A = .0593 + .0994 + .35²·.1332 = .1750 bounds ‖C·x‖². With
scale = 1024/√A and at most 74 rounded coordinates, each moved by at most ½,

    Δ₂ ≤ 1024 + ½·√74 < 1,029      Δ₁ ≤ √74·Δ₂ (Cauchy–Schwarz)

An own intercept of the dealership in p would make the contribution of *every* customer depend on every other, which no
such bound survives; this is why p is the network's. The shift that is taken off a lead time was written down when the
reminder was planned and is never worked out again: it is as much given as the lead time. What is not covered: how the
dealership chose slot and lead time for this customer, and what shift it assumed, which it learned from its other
customers, too.

Four quarters about the same customer at ε = 1 and δ = 1e-6 each cost ε = 2.1 together (``yearly``): below the yearly 4.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from guildpost_shared.learning.blocks import BLOCKS, DIMENSION, RATE_BLOCKS, RATE_COORDINATES, TOUCHED
from guildpost_shared.learning.contexts import Floats
from guildpost_shared.privacy import accountant
from guildpost_shared.privacy.accountant import Expense
from guildpost_shared.privacy.sensitivity import Sensitivity

RATE_SCALE: Final = 0.35
MAX_RATE: Final = 0.5
"""Where p is cut; reminders are booked far less often."""
EXPOSURE_WEIGHT: Final = 0.4
EXPOSURE_CAP: Final = 0.3
EXPOSURE_TABLES: Final = 3
INTEGER_NORM: Final = 1024
"""Norm of the longest customer vector in integers before rounding; finer steps would no longer save noise."""


@dataclass(frozen=True)
class LearningTerms:
    """What the signed study states.

    Attributes:
        epsilon: budget of one quarter about one customer.
        delta: δ of the same.
        cap_customers: W, most customers that one dealership brings to a round; the surplus is sampled out. About the
            99th percentile: a low cap ruins learning.
    """

    epsilon: float = 1.0
    delta: float = 1e-6
    cap_customers: int = 1_500

    @cached_property
    def noise_variance(self) -> int:
        """σ² per coordinate of the sum, in squared integer units."""
        return accountant.variance_for(self.epsilon, self.delta, sensitivity())

    def yearly(self, quarters: int) -> float:
        """Tell ε of everything released about one customer who was counted in so many quarters."""
        return accountant.epsilon([Expense(sensitivity(), self.noise_variance)] * quarters, self.delta)


def row_norm_bound() -> float:
    """Give √A, the norm of the longest row that the blocks allow, which every booked reminder is given: .418."""
    rates = sum(block.weight**2 for block in RATE_BLOCKS)
    others = sum(block.weight**2 for block in BLOCKS) - rates
    return math.sqrt(others + RATE_SCALE**2 * rates)


def most_exposure() -> int:
    """Bound what one customer adds to a cell of exposures, in integers: a letter at the lowest row, booked often."""
    most = EXPOSURE_WEIGHT * EXPOSURE_CAP
    rates = sum(block.weight**2 for block in RATE_BLOCKS)
    booked = math.sqrt((1 - MAX_RATE) ** 2 * RATE_SCALE**2 * rates + (EXPOSURE_TABLES - 1) * most**2)
    return math.ceil(INTEGER_NORM * most / booked)


def scale() -> float:
    """Give integers per unit of a row of the longest norm, about 2,448."""
    return INTEGER_NORM / row_norm_bound()


def sensitivity() -> Sensitivity:
    """Bound what one customer changes in the integer vector: Δ₂ = 1,029 (see above)."""
    touched = TOUCHED + EXPOSURE_TABLES
    l2_squared = math.ceil((INTEGER_NORM + math.sqrt(touched) / 2) ** 2)
    return Sensitivity(l1=math.isqrt(touched * l2_squared), l2_squared=l2_squared)


def score_scale() -> Floats:
    """Give C of every coordinate, float64[549]."""
    factors = np.ones(DIMENSION)
    factors[RATE_COORDINATES] = RATE_SCALE
    return factors
