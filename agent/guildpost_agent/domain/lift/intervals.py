"""Rates, and the difference of two rates, with intervals that are honest for small counts too.

    one rate     Wilson's score interval (Newcombe 1998, Statistics in Medicine 17, 857-872, method 3)
    difference   the hybrid score interval made of two of them (Newcombe 1998, ibid. 873-890, method 10)

Unlike the textbook interval (estimate ± z standard errors) they never leave [0, 1] or [-1, 1], are not of width zero
where nobody came, and cover the truth about as often as they say with few customers as well.
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Final

CONFIDENCE: Final = 0.95


@dataclass(frozen=True)
class Arm:
    """One arm of a comparison: how many customers it has, and how many of them came (0 to ``customers``)."""

    customers: int = 0
    visits: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.visits <= self.customers:
            raise ValueError(f"{self.visits} visits of {self.customers} customers")

    @property
    def rate(self) -> float:
        """The share that came; 0 for an empty arm."""
        return self.visits / self.customers if self.customers else 0.0


@dataclass(frozen=True)
class Interval:
    """From ``low`` to ``high``, both included."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


def z_of(confidence: float) -> float:
    """Give the two-sided normal quantile of a confidence level between 0 and 1."""
    return NormalDist().inv_cdf((1 + confidence) / 2)


def wilson(arm: Arm, confidence: float = CONFIDENCE) -> Interval:
    """Give the score interval of one arm's rate; everything is possible for an empty one."""
    n, rate = arm.customers, arm.rate
    if not n:
        return Interval(0.0, 1.0)
    z = z_of(confidence)
    middle, half = rate + z * z / (2 * n), z * sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    low = 0.0 if arm.visits == 0 else min((middle - half) / scale, rate)
    high = 1.0 if arm.visits == n else max((middle + half) / scale, rate)
    return Interval(low, high)


def difference(treated: Arm, held_out: Arm, confidence: float = CONFIDENCE) -> Interval:
    """Give the interval of the treated rate minus the held-out rate, within [-1, 1]."""
    one, other = wilson(treated, confidence), wilson(held_out, confidence)
    estimate = treated.rate - held_out.rate
    below = sqrt((treated.rate - one.low) ** 2 + (other.high - held_out.rate) ** 2)
    above = sqrt((one.high - treated.rate) ** 2 + (held_out.rate - other.low) ** 2)
    return Interval(max(-1.0, estimate - below), min(1.0, estimate + above))
