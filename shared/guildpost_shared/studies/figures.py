"""Rates from noised counts, with honest intervals.

With true sends n, bookings Binomial(n, r) and independent noise of variance v on both counts S and B, the quantity
``B − r·S`` has mean 0 and variance ``n·r(1 − r) + v·(1 + r²)``. All r with ``(B − r·S)² ≤ z²·variance`` form the
interval (n estimated by S): Fieller's method with the noise and Wilson's score for the binomial part. It is a
quadratic in r; where the counts cannot exclude a rate, the interval says so by reaching 0 or 1.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist
from typing import Final

CONFIDENCE: Final = 0.95
_DECIMALS: Final = 4


@dataclass(frozen=True)
class Figure:
    """A rate (or a difference of two) and its 95 % interval, rounded to four decimals."""

    rate: float
    low: float
    high: float


@dataclass(frozen=True)
class Estimate:
    """Noised counts and the variance of the noise on each."""

    sends: int
    bookings: int
    noise_variance: float

    @property
    def rate(self) -> float:
        """Best guess of the rate, in [0, 1]."""
        return min(1.0, max(0.0, self.bookings / self.sends)) if self.sends > 0 else 0.0

    @property
    def deviation(self) -> float:
        """Approximate standard deviation of the rate."""
        if self.sends <= 0:
            return math.inf
        sampling = self.rate * (1 - self.rate) / self.sends
        return math.sqrt(sampling + self.noise_variance * (1 + self.rate**2) / self.sends**2)

    def figure(self) -> Figure:
        """Give rate and interval."""
        low, high = self._interval()
        rate = min(max(self.rate, low), high)
        return Figure(round(rate, _DECIMALS), round(low, _DECIMALS), round(high, _DECIMALS))

    def _interval(self) -> tuple[float, float]:
        z2 = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2) ** 2
        sends = max(0, self.sends)
        square = sends**2 + z2 * (sends - self.noise_variance)
        linear = 2 * self.bookings * sends + z2 * sends
        constant = self.bookings**2 - z2 * self.noise_variance
        discriminant = linear**2 - 4 * square * constant
        if square <= 0 or discriminant < 0:
            return 0.0, 1.0
        root = math.sqrt(discriminant)
        low, high = (linear - root) / (2 * square), (linear + root) / (2 * square)
        return min(1.0, max(0.0, low)), min(1.0, max(0.0, high))


def difference(one: Figure, other: Figure) -> Figure:
    """Give the first rate minus the second, in [-1, 1], with an interval made of both of theirs.

    Newcombe's hybrid of two intervals (Statistics in Medicine 17, 1998, 873-890, method 10); the two must be
    independent, as are different customers with noise of their own.
    """
    estimate = one.rate - other.rate
    low = estimate - math.hypot(one.rate - one.low, other.high - other.rate)
    high = estimate + math.hypot(one.high - one.rate, other.rate - other.low)
    return Figure(round(estimate, _DECIMALS), round(max(-1.0, low), _DECIMALS), round(min(1.0, high), _DECIMALS))


def too_little_data(estimates: Iterable[Estimate]) -> bool:
    """Tell whether no two rates differ by more than chance: 5 % false alarms over all pairs (Bonferroni)."""
    listed = list(estimates)
    pairs = len(listed) * (len(listed) - 1) // 2
    if pairs == 0:
        return True
    z = NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / (2 * pairs))
    return not any(
        abs(one.rate - other.rate) > z * math.hypot(one.deviation, other.deviation)
        for one, other in combinations(listed, 2)
    )
