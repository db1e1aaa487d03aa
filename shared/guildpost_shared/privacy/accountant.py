"""How much privacy Skellam noise costs, and how much noise a budget asks for.

The Rényi divergence of order α (an integer above 1) of the multi-dimensional Skellam mechanism of variance v is at most

    α·Δ₂²/(2v) + min( ((2α − 1)·Δ₂² + 6·Δ₁)/(4v²), 3·Δ₁/(2v) )

(N. Agarwal, P. Kairouz, Z. Liu, *The Skellam Mechanism for Differentially Private Federated Learning*, NeurIPS 2021,
theorem 3.5). Divergences of independent releases about the same customer add up. A divergence r(α) gives

    ε = r(α) + ln((α − 1)/α) − (ln δ + ln α)/(α − 1)

(C. Canonne, G. Kamath, T. Steinke, *The Discrete Gaussian for Differential Privacy*, 2020, proposition 12); the
smallest over the orders counts.

On the scale of counts: multiplying all counts by an integer s turns (Δ₁, Δ₂², v) into (sΔ₁, s²Δ₂², s²v) and only
shrinks the second term. For Δ₁ = 4, Δ₂ = 2, ε = 1, δ = 1e-6 that would save one per cent of the standard deviation;
counts are therefore left at scale 1.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from guildpost_shared.privacy.sensitivity import Sensitivity

ORDERS: Final = (*range(2, 129), *range(132, 513, 4), 768, 1024, 2048, 4096, 16_384, 65_536)
MAX_VARIANCE: Final = 10**12
_STEPS: Final = 1_024


@dataclass(frozen=True)
class Expense:
    """One noised release about a customer: its sensitivity and the variance of its noise per coordinate."""

    sensitivity: Sensitivity
    variance: float


def renyi_divergence(order: int, expense: Expense) -> float:
    """Bound the Rényi divergence of one release at an integer order above 1."""
    l1, l2_squared, variance = expense.sensitivity.l1, expense.sensitivity.l2_squared, expense.variance
    gaussian = order * l2_squared / (2 * variance)
    surplus = min(((2 * order - 1) * l2_squared + 6 * l1) / (4 * variance**2), 3 * l1 / (2 * variance))
    return gaussian + surplus


def epsilon(expenses: Iterable[Expense], delta: float) -> float:
    """Compute ε of everything that was released about one customer.

    Args:
        expenses: the releases; none costs nothing.
        delta: δ, in (0, 1).

    Returns:
        The smallest ε over the orders, at least 0.
    """
    if not 0 < delta < 1:
        raise ValueError("delta must be in (0, 1)")
    listed = tuple(expenses)
    if not listed:
        return 0.0
    return max(0.0, min(_epsilon_at(order, listed, delta) for order in ORDERS))


@lru_cache(maxsize=64)
def variance_for(target: float, delta: float, sensitivity: Sensitivity, *, releases: int = 1) -> int:
    """Find the least whole variance with which ``releases`` releases about one customer cost at most ε.

    Args:
        target: ε, above 0.
        delta: δ, in (0, 1).
        sensitivity: of each release.
        releases: how many share the budget.

    Returns:
        σ² of the summed noise per coordinate; a whole number, so that all sides compute the same.

    Raises:
        ValueError: when no variance up to 10^12 is enough.
    """
    if target <= 0 or releases < 1:
        raise ValueError("epsilon and the number of releases must be positive")

    def enough(variance: int) -> bool:
        return epsilon([Expense(sensitivity, variance)] * releases, delta) <= target

    low, high = 0, 1
    while not enough(high):
        low, high = high, 2 * high
        if high > MAX_VARIANCE:
            raise ValueError("epsilon too small")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def variances_for(target: float, delta: float, parts: Sequence[tuple[Sensitivity, float]]) -> list[int]:
    """Find the noise of several releases about one customer that together cost at most ε.

    Args:
        target: ε of all releases together, above 0.
        delta: δ of all releases together, in (0, 1).
        parts: each release's sensitivity, and its share of what may be learned (shares add up to 1): Δ₂²/σ² is
            proportional to the share.

    Returns:
        σ² per release, whole numbers: ⌈Δ₂²·c/share⌉ with c the least multiple of 2^-10 that is enough.

    Raises:
        ValueError: when shares are not positive or do not add up to 1, or no variance up to 10^12 is enough.
    """
    if target <= 0 or not math.isclose(1, math.fsum(share for _, share in parts)) or min(s for _, s in parts) <= 0:
        raise ValueError("epsilon and shares must be positive, and shares add up to 1")

    def at(step: int) -> list[int]:
        return [math.ceil(part.l2_squared * step / (share * _STEPS)) for part, share in parts]

    def enough(step: int) -> bool:
        return epsilon([Expense(part, v) for (part, _), v in zip(parts, at(step), strict=True)], delta) <= target

    low, high = 0, 1
    while not enough(high):
        low, high = high, 2 * high
        if max(at(high)) > MAX_VARIANCE:
            raise ValueError("epsilon too small")
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return at(high)


def _epsilon_at(order: int, expenses: tuple[Expense, ...], delta: float) -> float:
    divergence = math.fsum(renyi_divergence(order, expense) for expense in expenses)
    return divergence + math.log1p(-1 / order) - (math.log(delta) + math.log(order)) / (order - 1)
