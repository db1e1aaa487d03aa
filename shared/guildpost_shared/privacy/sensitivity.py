"""How far one customer can move a vector."""

from dataclasses import dataclass
from math import isqrt


@dataclass(frozen=True)
class Sensitivity:
    """Greatest change of a vector by one customer: in sum of absolutes (l1) and in sum of squares (l2 squared).

    Both are integers, because the vectors are: Δ₂² stays exact where Δ₂ would not.
    """

    l1: int
    l2_squared: int

    def __post_init__(self) -> None:
        # For integer vectors Σ|x| ≤ Σx², and Cauchy–Schwarz needs (Σ|x|)² ≥ Σx².
        if not 0 < self.l1 <= self.l2_squared or isqrt(self.l2_squared) > self.l1:
            raise ValueError("no integer vector has these norms")


def of_increments(count: int) -> Sensitivity:
    """Give the sensitivity of raising ``count`` different coordinates by one: Δ₁ = count, Δ₂ = √count."""
    return Sensitivity(l1=count, l2_squared=count)
