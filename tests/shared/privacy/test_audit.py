"""An empirical lower bound of ε from draws of the real sampler: below the claim, and above it where noise lacks."""

import math
from fractions import Fraction

import numpy as np
import pytest

from guildpost_shared.privacy.accountant import variance_for
from guildpost_shared.privacy.sensitivity import of_increments
from guildpost_shared.privacy.skellam import SkellamSampler
from tests.fakes.seeded_entropy import SeededEntropy

DELTA = 1e-6
COUNTS = of_increments(4)
CHANCE = 1e-3
THRESHOLDS = 60


def bound(seen: int, size: int, *, upper: bool) -> float:
    """Chernoff's bound of a frequency: all p with size · KL(seen/size, p) ≤ ln(1/β), β shared by all thresholds."""
    rate, room = seen / size, math.log(2 * THRESHOLDS / CHANCE) / size

    def distance(p: float) -> float:
        here = rate * math.log(rate / p) if rate else 0.0
        return here + ((1 - rate) * math.log((1 - rate) / (1 - p)) if rate < 1 else 0.0)

    near, far = rate, (1.0 if upper else 0.0)
    for _ in range(60):
        middle = (near + far) / 2
        near, far = (middle, far) if 0 < middle < 1 and distance(middle) <= room else (near, middle)
    return far


def lower_bound(variance: Fraction, size: int) -> float:
    """The largest ln((P(present) − δ)/P(absent)) over thresholds of the best statistic, at 99.9 % confidence."""
    noise = SkellamSampler(variance)
    absent = noise.draw(4 * size, SeededEntropy(b"absent")).reshape(size, 4).sum(axis=1)
    present = noise.draw(4 * size, SeededEntropy(b"present")).reshape(size, 4).sum(axis=1) + 4
    best = 0.0
    for threshold in np.linspace(0, 5 * math.sqrt(4 * variance), THRESHOLDS).tolist():
        lowest = bound(int(np.count_nonzero(present >= threshold)), size, upper=False)
        highest = bound(int(np.count_nonzero(absent >= threshold)), size, upper=True)
        if lowest > DELTA:
            best = max(best, math.log((lowest - DELTA) / highest))
    return best


@pytest.mark.parametrize("target", [1.0, 4.0])
@pytest.mark.parametrize("size", [100_000, pytest.param(1_000_000, marks=pytest.mark.soak)])
def test_no_threshold_tells_more_than_the_claim_and_a_tenth_of_the_noise_is_noticed(target: float, size: int) -> None:
    variance = variance_for(target, DELTA, COUNTS)
    honest = lower_bound(Fraction(variance), size)
    assert 0.3 * target < honest <= target
    assert lower_bound(Fraction(variance, 10), size) > target, "the audit must notice noise that lacks"
