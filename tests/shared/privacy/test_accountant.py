"""The privacy bound: known figures, cross-checks, and an attacker who tries."""

import math
from fractions import Fraction
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pytest
from dp_accounting import GaussianDpEvent
from dp_accounting.pld.privacy_loss_distribution import from_discrete_gaussian_mechanism
from dp_accounting.rdp import RdpAccountant

from guildpost_shared.privacy.accountant import ORDERS, Expense, epsilon, renyi_divergence, variance_for, variances_for
from guildpost_shared.privacy.sensitivity import Sensitivity, of_increments
from guildpost_shared.privacy.skellam import SkellamSampler
from tests.fakes.seeded_entropy import SeededEntropy

DELTA = 1e-6
COUNTS = of_increments(4)
SCALED = 1_029
FINE = Sensitivity(l1=int(math.sqrt(1_468) * SCALED), l2_squared=SCALED**2)


@pytest.mark.parametrize(("target", "ratio"), [(0.5, 8.68), (1, 4.53), (2, 2.38), (4, 1.27)])
def test_the_noise_for_a_budget_is_the_known_multiple_of_the_sensitivity(target: float, ratio: float) -> None:
    assert ratio == round(math.sqrt(variance_for(target, DELTA, FINE)) / SCALED, 2)


def test_four_quarters_on_the_same_customer_cost_little_more_than_two() -> None:
    quarter = Expense(FINE, variance_for(1, DELTA, FINE))
    assert math.isclose(2.12, epsilon([quarter] * 4, DELTA), abs_tol=0.01)


def test_counts_at_scale_one_cost_one_per_cent_more_deviation_than_fine_integers() -> None:
    assert 84 == variance_for(1, DELTA, COUNTS)
    assert math.sqrt(84) / 2 < 1.012 * math.sqrt(variance_for(1, DELTA, FINE)) / SCALED


@pytest.mark.parametrize("target", [0.1, 0.5, 1, 2, 4])
@pytest.mark.parametrize("releases", [1, 4])
def test_the_variance_is_the_least_whole_one_that_is_enough(target: float, releases: int) -> None:
    variance = variance_for(target, DELTA, COUNTS, releases=releases)
    assert epsilon([Expense(COUNTS, variance)] * releases, DELTA) <= target
    assert variance == 1 or epsilon([Expense(COUNTS, variance - 1)] * releases, DELTA) > target


def true_renyi(order: int, variance: int, shift: int) -> float:
    """The divergence itself, from the exact probabilities of one coordinate."""
    noise = SkellamSampler(Fraction(variance))
    reach = 10 * math.isqrt(variance) + 40
    chance = {value: float(noise.probability(value)) for value in range(-reach - shift, reach + shift + 1)}
    total = math.fsum(
        math.exp(order * math.log(chance[value]) - (order - 1) * math.log(chance[value - shift]))
        for value in range(-reach, reach + 1)
        if min(chance[value], chance[value - shift]) > 1e-30
    )
    return math.log(total) / (order - 1)


@pytest.mark.parametrize("order", [2, 5, 12])
@pytest.mark.parametrize("variance", [8, 84, 303])
def test_the_bound_is_above_the_true_divergence_and_close_to_it(order: int, variance: int) -> None:
    bound = renyi_divergence(order, Expense(of_increments(1), variance))
    truth = true_renyi(order, variance, 1)
    assert truth <= bound <= 1.5 * truth


@pytest.mark.parametrize("target", [0.5, 1, 2, 4])
def test_the_claimed_delta_holds_for_the_exact_privacy_loss_of_one_customer(target: float) -> None:
    """One customer moves four coordinates by one: convolve their exact privacy losses, rounded up, and compare."""
    variance = variance_for(target, DELTA, COUNTS)
    grid = 1e-3
    one = loss_distribution(variance, grid)
    four = np.convolve(np.convolve(one, one), np.convolve(one, one))
    losses = (np.arange(len(four)) - len(four) // 2) * grid
    exceeding = losses > target
    delta = float(np.sum(four[exceeding] * -np.expm1(target - losses[exceeding])))
    assert 1e-11 < delta <= DELTA


def loss_distribution(variance: int, grid: float) -> npt.NDArray[np.float64]:
    noise = SkellamSampler(Fraction(variance))
    reach = 9 * math.isqrt(variance) + 30
    entries = []
    for value in range(-reach, reach + 1):
        here, there = noise.probability(value), noise.probability(value - 1)
        entries.append((math.ceil((math.log(here) - math.log(there)) / grid), float(here)))
    width = max(abs(place) for place, _ in entries)
    result = np.zeros(2 * width + 1)
    for place, chance in entries:
        result[place + width] += chance
    return result


@pytest.mark.parametrize("target", [0.5, 1.0, 2.0])
def test_a_discrete_gaussian_of_the_same_variance_costs_about_the_same(target: float) -> None:
    """The accountant's library has no Skellam; its exact discrete Gaussian is the nearest relative."""
    variance = variance_for(target, DELTA, FINE)
    sigma = math.sqrt(variance) / SCALED * 20
    exact = from_discrete_gaussian_mechanism(sigma, sensitivity=20, value_discretization_interval=1e-3)
    relative = exact.get_epsilon_for_delta(DELTA)
    assert 0.85 * target < relative < 1.01 * target


def attackers_success(variance: int, size: int = 250_000) -> float:
    """AUC of the best linear attacker on four coordinates, a million draws a side."""
    noise = SkellamSampler(Fraction(variance))
    without = noise.draw(4 * size, SeededEntropy(b"without")).reshape(size, 4).sum(axis=1)
    present = noise.draw(4 * size, SeededEntropy(b"with")).reshape(size, 4).sum(axis=1) + 4
    ordered = np.sort(without)
    below = np.searchsorted(ordered, present, side="left")
    ties = np.searchsorted(ordered, present, side="right") - below
    return float((below + ties / 2).mean() / size)


def test_an_attacker_who_knows_all_others_data_does_not_beat_the_claim() -> None:
    claim = NormalDist().cdf(2 / math.sqrt(2 * 84)) + 0.01
    assert attackers_success(84) <= claim
    assert attackers_success(42) > claim, "the audit must notice halved noise"


@pytest.mark.parametrize(
    "arguments",
    [(0, DELTA), (-1, DELTA), (1, 0), (1, 1), (1e-9, DELTA)],
    ids=["no epsilon", "negative", "delta 0", "delta 1", "out of reach"],
)
def test_impossible_budgets_are_bugs(arguments: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=r"epsilon|delta"):
        variance_for(*arguments, COUNTS)


def test_no_release_costs_nothing() -> None:
    assert 0.0 == epsilon([], DELTA)


@pytest.mark.parametrize(("l1", "l2_squared"), [(0, 0), (5, 4), (1, 9)])
def test_norms_that_no_integer_vector_has_are_bugs(l1: int, l2_squared: int) -> None:
    with pytest.raises(ValueError, match="norms"):
        Sensitivity(l1=l1, l2_squared=l2_squared)


@pytest.mark.parametrize("releases", [1, 4, 26])
@pytest.mark.parametrize("ratio", [1.27, 4.53, 20.0])
def test_on_a_fine_grid_composed_releases_cost_what_the_library_says_of_gaussian_noise(
    releases: int, ratio: float
) -> None:
    """Skellam noise of a large variance is Gaussian: same divergences, same composition, same conversion."""
    accountant = RdpAccountant(list(ORDERS)).compose(GaussianDpEvent(ratio), releases)
    expected = accountant.get_epsilon(DELTA)
    expense = Expense(Sensitivity(10**9, 10**10), ratio**2 * 10**10)
    assert math.isclose(expected, epsilon([expense] * releases, DELTA), rel_tol=1e-6)


def test_unlike_releases_share_one_budget() -> None:
    parts = [(COUNTS, 0.1), (FINE, 0.6), (of_increments(22), 0.3)]
    variances = variances_for(2, DELTA, parts)
    told = epsilon([Expense(part, v) for (part, _), v in zip(parts, variances, strict=True)], DELTA)
    assert 1.99 < told <= 2
    ratios = [part.l2_squared / (v * share) for (part, share), v in zip(parts, variances, strict=True)]
    assert max(ratios) < 1.02 * min(ratios)


@pytest.mark.parametrize(("target", "shares"), [(0, [0.5, 0.5]), (1, [0.5, 0.4]), (1, [1.5, -0.5]), (1e-9, [0.5, 0.5])])
def test_shares_that_do_not_add_up_are_bugs(target: float, shares: list[float]) -> None:
    with pytest.raises(ValueError, match="epsilon"):
        variances_for(target, DELTA, [(FINE, share) for share in shares])
