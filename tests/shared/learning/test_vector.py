"""What a dealership adds to the sum, and how far one customer can move it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_shared.learning.bases import LEADS, SLOTS
from guildpost_shared.learning.blocks import DIMENSION, TOUCHED, coordinates, row_values, weights
from guildpost_shared.learning.contexts import CELLS, Contexts, Reminders
from guildpost_shared.learning.model import NetworkModel, neutral_model
from guildpost_shared.learning.terms import (
    INTEGER_NORM,
    MAX_RATE,
    LearningTerms,
    most_exposure,
    row_norm_bound,
    score_scale,
    sensitivity,
)
from guildpost_shared.learning.vector import LENGTH, customer_rows, decode, layout_hash
from tests.factories.reminders import generators, models, random_contexts, random_reminders, summed, weighted

TERMS = LearningTerms()
few = settings(max_examples=25, deadline=None)


def test_the_coordinates_are_549_and_the_vector_has_1468() -> None:
    assert (549, 1_468, 71) == (DIMENSION, LENGTH, TOUCHED)


def test_every_context_touches_different_coordinates_of_every_block() -> None:
    assert (CELLS, TOUCHED) == coordinates().shape
    assert all(len(set(row)) == TOUCHED for row in coordinates().tolist())
    assert set(range(DIMENSION)) == set(coordinates().ravel().tolist())


@few
@given(generators(), models())
def test_the_model_says_of_a_reminder_what_its_row_says(rng: np.random.Generator, model: NetworkModel) -> None:
    some = random_reminders(20, rng)
    rows = row_values(some.contexts, some.slot, some.lead)
    by_row = (rows * model.theta[coordinates()[some.contexts.cell]]).sum(axis=1)
    expected = neutral_model().log_rate(some.contexts, some.slot, some.lead) + by_row
    assert np.allclose(expected, model.log_rate(some.contexts, some.slot, some.lead))


@few
@given(generators(), models())
def test_no_customer_moves_the_sum_further_than_the_sensitivity(rng: np.random.Generator, model: NetworkModel) -> None:
    some = random_reminders(200, rng, rate=0.5)
    _, integers = customer_rows(some, model)
    assert (integers**2).sum(axis=1).max() <= sensitivity().l2_squared <= 1_029**2
    assert np.abs(integers).sum(axis=1).max() <= sensitivity().l1
    without = summed(some.take(np.arange(1, len(some))), model)
    change = summed(some, model) - without
    assert (change**2).sum() <= sensitivity().l2_squared


@few
@given(generators(), models())
def test_whoever_books_moves_the_sum_as_far_as_the_noise_allows_and_nobody_else_further(
    rng: np.random.Generator, model: NetworkModel
) -> None:
    """Letters with their short rows, too; rounding moves each of at most 74 integers by a half."""
    some = random_reminders(200, rng)
    _, yes = customer_rows(Reminders(some.contexts, some.slot, some.lead, np.ones(200, dtype=np.int64)), model)
    _, no = customer_rows(Reminders(some.contexts, some.slot, some.lead, np.zeros(200, dtype=np.int64)), model)
    booked, silent = (np.linalg.norm(integers, axis=1) for integers in (yes, no))
    assert np.abs(booked - INTEGER_NORM).max() <= np.sqrt(74) / 2
    assert (silent <= booked + np.sqrt(74)).all()


@few
@given(generators(), models())
def test_a_weight_does_not_depend_on_the_answer(rng: np.random.Generator, model: NetworkModel) -> None:
    """Else the score of a true model would not be zero on average."""
    some = random_reminders(50, rng)
    _, yes = customer_rows(Reminders(some.contexts, some.slot, some.lead, np.ones(50, dtype=np.int64)), model)
    _, no = customer_rows(Reminders(some.contexts, some.slot, some.lead, np.zeros(50, dtype=np.int64)), model)
    assert (yes[:, TOUCHED:] == no[:, TOUCHED:]).all()
    rate = np.minimum(np.exp(np.minimum(model.log_rate(some.contexts, some.slot, some.lead), 0)), MAX_RATE)[:, None]
    assert np.abs(yes[:, :TOUCHED] * rate + no[:, :TOUCHED] * (1 - rate)).max() <= 0.5


@few
@given(generators(), models())
def test_no_cell_of_exposures_gets_more_of_a_customer_than_its_bound(
    rng: np.random.Generator, model: NetworkModel
) -> None:
    _, integers = customer_rows(random_reminders(300, rng, rate=0.5), model)
    assert 0 <= integers[:, TOUCHED:].min() <= integers[:, TOUCHED:].max() <= most_exposure() <= INTEGER_NORM


@few
@given(generators())
def test_rows_keep_to_the_norm_that_the_bound_assumes(rng: np.random.Generator) -> None:
    some = random_reminders(100, rng)
    touched = coordinates()[some.contexts.cell]
    rows = row_values(some.contexts, some.slot, some.lead) * score_scale()[touched]
    assert np.linalg.norm(rows, axis=1).max() <= row_norm_bound() + 1e-12


@few
@given(st.integers(0, 40), generators())
def test_a_letter_leaves_every_slot_coordinate_alone(count: int, rng: np.random.Generator) -> None:
    some = random_contexts(count, rng)
    letters = Contexts(some.learning_class, np.ones(count, dtype=np.int64), some.business, some.age, some.loyal)
    slot = rng.integers(0, SLOTS, count)
    total = decode(summed(Reminders(letters, slot, rng.integers(0, LEADS, count), slot % 2), neutral_model()))
    assert not total.score[:224].any()
    assert not total.slots.any()


def test_the_score_of_what_the_model_expects_is_small_and_its_exposures_are_the_weighted_expected_answers() -> None:
    rng = np.random.default_rng(4)
    some = random_reminders(40_000, rng)
    rate = np.exp(neutral_model().log_rate(some.contexts, some.slot, some.lead))
    answered = (rng.random(len(some)) < rate).astype(np.int64)
    true = Reminders(some.contexts, some.slot, some.lead, answered)
    total, expected = decode(summed(true, neutral_model())), weighted(true, neutral_model()).sum()
    assert 1.1 * rate.sum() < expected < 1.3 * rate.sum()
    assert total.leads.sum() == pytest.approx(expected, rel=0.01)
    assert total.contexts.sum() == pytest.approx(expected, rel=0.01)
    assert np.abs(total.score / weights()).max() < 5 * np.sqrt(rate.sum())


def test_a_dealership_brings_no_more_customers_than_its_cap() -> None:
    some = random_reminders(300, np.random.default_rng(1))
    capped = summed(some, neutral_model(), cap=100)
    everybody = summed(some, neutral_model())
    assert 0.2 < decode(capped).contexts.sum() / decode(everybody).contexts.sum() < 0.5


def test_a_quarter_costs_one_and_four_of_them_about_two() -> None:
    assert TERMS.yearly(0) == 0
    assert 0.99 < TERMS.yearly(1) <= 1.0
    assert 1.4 < TERMS.yearly(2) < 1.5
    assert 2.0 < TERMS.yearly(4) < 2.2


def test_the_layout_has_the_same_hash_wherever_it_is_computed() -> None:
    """A pinned value: another one means that agents in the field would no longer be understood."""
    assert "6e7bde8dc3fa9a72fc9dea9ca2a990c4aafd0f8df79f55476eabf4de67e94a99" == layout_hash().hex()
