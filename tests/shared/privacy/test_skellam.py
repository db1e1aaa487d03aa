"""The noise: exact probabilities, honest samples, shares that add up."""

import math
from fractions import Fraction

import numpy as np
import pytest

from guildpost_shared.privacy.skellam import SkellamSampler, sampler
from tests.fakes.seeded_entropy import SeededEntropy

VARIANCES = [Fraction(1, 10), Fraction(42, 5), Fraction(84), Fraction(3001, 7)]


def skellam_by_poisson(variance: float, value: int) -> float:
    """Convolve two Poisson distributions: another way to the same number."""
    mean = variance / 2
    reach = int(mean + 15 * math.sqrt(mean) + 60)

    def poisson(count: int) -> float:
        return math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))

    return math.fsum(poisson(count + abs(value)) * poisson(count) for count in range(reach))


@pytest.mark.parametrize("variance", VARIANCES, ids=str)
def test_probabilities_are_those_of_the_difference_of_two_poisson_numbers(variance: Fraction) -> None:
    noise = SkellamSampler(variance)
    for value in (-30, -7, -1, 0, 1, 2, 9, 25):
        expected = skellam_by_poisson(float(variance), value)
        if expected > 1e-25:
            assert math.isclose(expected, float(noise.probability(value)), rel_tol=1e-9)


@pytest.mark.parametrize("variance", VARIANCES, ids=str)
def test_probabilities_add_to_one_and_have_exactly_the_stated_moments(variance: Fraction) -> None:
    noise = SkellamSampler(variance)
    table = {value: noise.probability(value) for value in range(-noise._reach, noise._reach + 1)}
    assert 1 == sum(table.values())
    mean = sum((value * chance for value, chance in table.items()), Fraction(0))
    square = sum((value**2 * chance for value, chance in table.items()), Fraction(0))
    assert mean**2 < Fraction(1, 2**200)
    assert (square - variance) ** 2 < Fraction(1, 2**180)


@pytest.mark.parametrize("variance", VARIANCES[:3], ids=str)
def test_a_million_draws_fit_the_table(variance: Fraction) -> None:
    """χ² over the cells with an expected count of 50 or more; 4.5 deviations of room (1 in 300,000)."""
    size = 1_000_000
    noise = SkellamSampler(variance)
    drawn = noise.draw(size, SeededEntropy(b"chi"))
    values, seen = np.unique(drawn, return_counts=True)
    counts = dict(zip(values.tolist(), seen.tolist(), strict=True))
    statistic, cells = 0.0, 0
    for value in range(-noise._reach, noise._reach + 1):
        expected = float(noise.probability(value)) * size
        if expected >= 50:
            statistic += (counts.get(value, 0) - expected) ** 2 / expected
            cells += 1
    assert statistic < cells + 4.5 * math.sqrt(2 * cells)


def test_the_sum_of_exactly_t_shares_has_at_least_the_claimed_variance() -> None:
    claimed, threshold = 84, 10
    share = sampler(Fraction(claimed, threshold))
    assert claimed == threshold * share.variance
    size = 100_000
    total = sum(
        (share.draw(size, SeededEntropy(b"dealer" + bytes([n]))) for n in range(threshold)),
        start=np.zeros(size, dtype=np.int64),
    )
    assert total.var() > claimed * (1 - 4 * math.sqrt(2 / size))
    assert total.var() < claimed * (1 + 4 * math.sqrt(2 / size))


class Prepared:
    """Entropy that gives prepared 64-bit words."""

    def __init__(self, *words: int) -> None:
        self._words = list(words)

    def token_bytes(self, size: int) -> bytes:
        return b"".join(self._words.pop(0).to_bytes(8, "little") for _ in range(size // 8))


def test_a_draw_on_the_edge_is_decided_by_sixty_four_more_bits() -> None:
    noise = SkellamSampler(Fraction(84))
    threshold = noise._thresholds[noise._reach]  # below it: 0 or less
    upper, lower = threshold >> 64, threshold & (2**64 - 1)
    assert [0] == noise.draw(1, Prepared(upper, lower - 1)).tolist()
    assert [1] == noise.draw(1, Prepared(upper, lower)).tolist()
    assert [0, 1] == noise.draw(2, Prepared(upper - 1, upper + 1)).tolist()


def test_the_largest_and_the_smallest_word_stay_inside_the_table() -> None:
    noise = SkellamSampler(Fraction(84))
    extremes = noise.draw(2, Prepared(0, 2**64 - 1, 0, 2**64 - 1))
    assert all(60 < abs(value) <= noise._reach for value in extremes.tolist())
    assert all(noise.probability(value) > 0 for value in extremes.tolist())


@pytest.mark.parametrize("variance", [Fraction(0), Fraction(-1), Fraction(10**9 + 1)], ids=str)
def test_a_variance_out_of_range_is_a_bug(variance: Fraction) -> None:
    with pytest.raises(ValueError, match="variance"):
        SkellamSampler(variance)
