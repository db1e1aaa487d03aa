"""Records of customers as integers: what is read, what is counted, and how far one customer can move a sum."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_shared.privacy.accountant import epsilon
from guildpost_shared.studies.noise import with_noise_share
from guildpost_shared.studies.propensity import steps
from guildpost_shared.studies.propensity.budget import Budget
from guildpost_shared.studies.propensity.columns import BUCKETS, MISSING, NO_TEXT, Coded, bucket, code, number
from guildpost_shared.studies.propensity.features import Category, FeatureMap, Numeric
from guildpost_shared.studies.propensity.survey import (
    HEAD,
    PER_COLUMN,
    RANGE_CELLS,
    TEXTS,
    Bounds,
    ranges,
    scale_bounds,
    scale_cell,
    survey,
)
from guildpost_shared.studies.propensity.terms import SLOPES
from tests.fakes.seeded_entropy import SeededEntropy

FINITE = st.floats(-(2.0**40), 2.0**40, exclude_min=True, exclude_max=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5191", 5191),
        ("-36.4", -36.4),
        ("1,5", 1.5),
        (".5", 0.5),
        ("7.", 7),
        ("1e3", 1000),
        ("1.234,5", None),
        ("12 000", None),
        ("basic.4y", None),
        ("inf", None),
        ("1e999", None),
        ("2e12", None),
        ("", None),
    ],
)
def test_a_number_has_a_point_or_a_comma_and_no_thousands(text: str, value: float | None) -> None:
    assert value == number(text)


def test_a_cell_is_a_number_a_text_or_says_nothing() -> None:
    read = code({"job": ["clerk", " ?  ", "7", "N/A"]}, ["job", "absent"], 4)
    assert [bucket("job", "clerk"), MISSING, NO_TEXT, MISSING] == read.buckets[:, 0].tolist()
    assert [True, True, False, True] == np.isnan(read.numbers[:, 0]).tolist()
    assert [MISSING] * 4 == read.buckets[:, 1].tolist()


def test_a_text_has_another_bucket_in_another_column() -> None:
    texts = [f"text {at}" for at in range(50)]
    assert sum(bucket("job", text) == bucket("education", text) for text in texts) < 3
    assert all(0 <= bucket("job", text) < BUCKETS for text in texts)


@given(st.lists(FINITE, min_size=1, max_size=30))
def test_every_number_lies_within_the_bounds_of_its_cell_of_the_scale(numbers: list[float]) -> None:
    for value, cell in zip(numbers, scale_cell(np.array(numbers)).tolist(), strict=True):
        low, high = scale_bounds(cell, cell)
        assert low <= value <= high or abs(value) < 2.0**-19
    assert sorted(scale_cell(np.array(numbers)).tolist()) == scale_cell(np.sort(numbers)).tolist()


def test_a_customer_raises_two_heads_and_one_cell_per_column() -> None:
    read = code({"job": ["clerk"], "age": ["31"], "note": [""]}, ["job", "age", "note"], 1)
    total = survey(read, np.array([True]))
    assert [1, 1] == total[:HEAD].tolist()
    for column, cell in enumerate([bucket("job", "clerk"), TEXTS + int(scale_cell(np.array([31.0]))[0]), MISSING]):
        raised = np.flatnonzero(total[HEAD + column * PER_COLUMN :][:PER_COLUMN])
        assert [cell] == raised.tolist()


def test_numbers_beyond_the_bounds_count_in_the_outermost_cells_and_nothing_else_counts() -> None:
    read = code({"age": ["-5", "0", "99.9", "1000", "unknown", ""]}, ["age"], 6)
    cells = ranges(read, [Bounds(0, 0, 100)])
    assert [2, 2] == [int(cells[0]), int(cells[-1])]
    assert 4 == cells.sum()
    assert RANGE_CELLS == len(cells)


FEATURES = FeatureMap((Numeric(0, -1, 3, 0.5, 1.0),), (Category(1, 4, 0.3), Category(1, MISSING, 0.01)), 2.0)


def records(numbers: list[float], buckets: list[int]) -> Coded:
    return Coded(
        np.column_stack([numbers, np.full(len(numbers), np.nan)]),
        np.column_stack([np.full(len(numbers), NO_TEXT), buckets]).astype(np.int64),
    )


def test_records_become_short_vectors_whatever_they_say() -> None:
    vectors = FEATURES.vectors(records([math.nan, 3, -1e12, 1e12], [4, MISSING, 77, NO_TEXT]))
    assert [1, 0, 0.7, -0.01] == pytest.approx(vectors[0].tolist())
    assert [1, 1, -0.3, 0.99] == pytest.approx(vectors[1].tolist())
    assert 0.6 == pytest.approx(-vectors[2, 1])
    assert np.abs(vectors).max() <= 1
    assert np.linalg.norm(vectors, axis=1).max() <= FEATURES.norm


@pytest.mark.parametrize(
    "terms",
    [((), (), 1.0), ((Numeric(0, 1, 1, 1, 0),), (), 2.0), ((Numeric(0, 0, 1, 7, 1),), (), 2.0), ((), (), math.inf)],
    ids=["too short a norm", "no width", "mean outside", "no norm"],
)
def test_a_feature_map_outside_its_bounds_is_refused(
    terms: tuple[tuple[Numeric, ...], tuple[Category, ...], float],
) -> None:
    with pytest.raises(ValueError, match="outside"):
        FeatureMap(*terms)


@settings(max_examples=100, deadline=None)
@given(
    size=st.integers(1, 40),
    norm=st.floats(2, 9),
    reach=st.floats(-1e6, 1e6),
    answered=st.booleans(),
    weighted=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_no_model_lets_one_customer_move_a_sum_beyond_the_stated_sensitivity(
    *, size: int, norm: float, reach: float, answered: bool, weighted: bool, seed: int
) -> None:
    random = np.random.default_rng(seed)
    vector = np.clip(random.normal(size=(1, size)) * random.choice([0.01, 1, 3]), -1, 1)
    vector *= min(1.0, norm / np.linalg.norm(vector))
    theta = random.normal(size=size) * reach
    moved = steps.slope(vector, np.array([answered]), theta, norm, SeededEntropy(seed.to_bytes(4)))
    assert int((moved**2).sum()) <= steps.SLOPE.l2_squared
    assert int(np.abs(moved).sum()) <= steps.SLOPE.l1
    products = steps.curvature(vector, theta, norm, weighted=weighted)
    grid = steps.curvature_grid(weighted=weighted)
    assert int((products**2).sum()) <= steps.CURVATURE.l2_squared * grid**4 // steps.CURVATURE_NORM**4
    if not weighted:
        assert int(np.abs(products).sum()) <= steps.CURVATURE.l1


def test_the_bounds_are_reached_so_that_noise_is_not_too_much_either() -> None:
    longest = np.full((1, 16), 0.5)
    moved = steps.slope(longest, np.array([True]), np.full(16, -1e3), 2.0, SeededEntropy(b"x"))
    assert steps.SLOPE.l2_squared == int((moved**2).sum())
    products = steps.curvature(np.array([[1.0, 1.0, 1.0, 1.0]]), np.zeros(4), 2.0, weighted=False)
    assert steps.CURVATURE.l2_squared == int((products**2).sum())


def test_rounding_keeps_the_mean_of_slopes_far_below_one_step() -> None:
    vectors = np.full((200_000, 2), 1e-4)
    total = steps.slope_of(steps.slope(vectors, np.ones(200_000, bool), np.zeros(2), 4.0, SeededEntropy(b"m")), 4.0)
    assert [10.0, 10.0] == pytest.approx(total.tolist(), rel=0.03)


def test_summed_products_read_back_as_the_hessian() -> None:
    random = np.random.default_rng(5)
    vectors = FEATURES.vectors(records(random.normal(size=400).tolist(), random.integers(3, 6, 400).tolist()))
    theta = np.array([0.2, 1.0, -0.5, 0.1])
    chance = steps.probability(vectors, theta)
    exact = (vectors * (chance * (1 - chance))[:, None]).T @ vectors
    total = steps.curvature(vectors, theta, FEATURES.norm, weighted=True)
    assert np.allclose(exact, steps.curvature_of(total, 4, FEATURES.norm, weighted=True) / 4, atol=0.2)
    plain = steps.curvature_of(steps.curvature(vectors, theta, 2.0, weighted=False), 4, 2.0, weighted=False)
    assert np.allclose(vectors.T @ vectors, plain, rtol=0.1, atol=5)


@pytest.mark.parametrize("target", [0.5, 1, 4])
@pytest.mark.parametrize("columns", [1, 20, 200])
def test_all_rounds_together_cost_what_was_promised_and_hardly_less(target: float, columns: int) -> None:
    budget = Budget.of(target, 1e-6, columns=columns)
    assert SLOPES + 3 == len(budget.expenses(columns))
    assert 0.99 * target < epsilon(budget.expenses(columns), 1e-6) <= target


def test_ten_shares_of_the_noise_make_the_whole() -> None:
    zeros = np.zeros(20_000, dtype=np.int64)
    total = sum(
        (with_noise_share(zeros, 9_000, threshold=10, entropy=SeededEntropy(bytes([at]))) for at in range(10)),
        start=zeros,
    )
    assert 9_000 == pytest.approx(float(total.var()), rel=0.05)
    with pytest.raises(ValueError, match="floor"):
        with_noise_share(zeros, 9_000, threshold=9, entropy=SeededEntropy(b"x"))
