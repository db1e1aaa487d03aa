"""Skellam noise from operating-system randomness, exact to 2^-124.

``Sk(v)`` is the difference of two Poisson(v/2) numbers: symmetric, variance v, and closed under addition, so the sum
of t shares ``Sk(σ²/t)`` is exactly ``Sk(σ²)`` (Agarwal, Kairouz, Liu 2021). Its probabilities are
``P(k) = e^(−v)·I_k(v)`` with the modified Bessel functions, computed here without floating point:

1. Miller's backward recurrence ``I_{k−1} = I_{k+1} + (2k/v)·I_k`` (DLMF 10.29.1, 3.6) in 60-digit decimals, stable in
   this direction, normalised by ``I_0 + 2·Σ I_k = e^v``, that is by the sum itself;
2. cumulated to thresholds ``T_k = ⌊2^128·P(X ≤ k)⌋``, integers;
3. a draw is the smallest k with ``U < T_k`` for a uniform U of 128 bits. Numpy compares the upper 64 bits of all draws
   at once; only where they equal those of a threshold (probability below 2^-48) are 64 more bits drawn and compared.
"""

from bisect import bisect_right
from decimal import ROUND_FLOOR, Context, Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from itertools import accumulate
from math import isqrt
from typing import Final

import numpy as np
import numpy.typing as npt

from guildpost_shared.entropy import Entropy

_DIGITS: Final = 60
_BITS: Final = 128
_WORD: Final = 64
_TAIL_DEVIATIONS: Final = 14  # e^(-14²/2) < 2^-140; small variances get the constant below on top
_TAIL_EXTRA: Final = 120
MAX_VARIANCE: Final = 10**9
MIN_VARIANCE: Final = Fraction(1, 1000)


class SkellamSampler:
    """Draw from Sk(v) for one variance."""

    def __init__(self, variance: Fraction) -> None:
        """Build the table: about 28·√v entries.

        Args:
            variance: v, exact; between 1/1000 and 10^9.
        """
        if not MIN_VARIANCE <= variance <= MAX_VARIANCE:
            raise ValueError("variance out of range")
        self.variance: Final = variance
        weights = _bessel_weights(variance)
        self._reach: Final = len(weights) - 1
        self._thresholds: Final = _thresholds(weights)
        self._upper: Final = np.array([threshold >> _WORD for threshold in self._thresholds], dtype=np.uint64)

    def draw(self, size: int, entropy: Entropy) -> npt.NDArray[np.int64]:
        """Draw independent numbers.

        Args:
            size: how many.
            entropy: 64 random bits are taken per number.
        """
        words = np.frombuffer(entropy.token_bytes(8 * size), dtype="<u8").astype(np.uint64, copy=False)
        index = np.searchsorted(self._upper, words, side="right")
        undecided = np.flatnonzero(index != np.searchsorted(self._upper, words, side="left"))
        for at in undecided.tolist():
            exact = (int(words[at]) << _WORD) | int.from_bytes(entropy.token_bytes(8), "little")
            index[at] = bisect_right(self._thresholds, exact)
        return index.astype(np.int64) - self._reach

    def probability(self, value: int) -> Fraction:
        """Tell the exact probability with which ``draw`` gives a value."""
        at = value + self._reach
        if not 0 <= at < 2 * self._reach + 1:
            return Fraction(0)
        upper = 1 << _BITS if at == 2 * self._reach else self._thresholds[at]
        return Fraction(upper - (self._thresholds[at - 1] if at else 0), 1 << _BITS)


@lru_cache(maxsize=8)
def sampler(variance: Fraction) -> SkellamSampler:
    """Give the sampler of a variance, built once."""
    return SkellamSampler(variance)


def _bessel_weights(variance: Fraction) -> list[Decimal]:
    """Give P(0), P(1), …, P(reach) of Sk(v)."""
    reach = _TAIL_DEVIATIONS * (isqrt(int(variance)) + 1) + _TAIL_EXTRA
    with localcontext(Context(prec=_DIGITS)):
        factor = Decimal(2 * variance.denominator) / Decimal(variance.numerator)
        above, here = Decimal(0), Decimal(1)
        falling = [here]
        for k in range(reach, 0, -1):
            above, here = here, above + factor * k * here
            falling.append(here)
        falling.reverse()
        total = falling[0] + 2 * sum(falling[1:])
        return [weight / total for weight in falling]


def _thresholds(weights: list[Decimal]) -> list[int]:
    """Cumulate from −reach to reach − 1; what is above the last threshold is ``reach``."""
    with localcontext(Context(prec=_DIGITS)):
        symmetric = [*reversed(weights[1:]), *weights[:-1]]
        scale = Decimal(1 << _BITS)
        exact = (int((total * scale).to_integral_value(rounding=ROUND_FLOOR)) for total in accumulate(symmetric))
        return [min(threshold, (1 << _BITS) - 1) for threshold in exact]
