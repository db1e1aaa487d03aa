"""Draws of what is known, and the best of the hours that are allowed."""

import numpy as np
import pytest
from hypothesis import given, settings

from guildpost_agent.domain.learning import drawing, features
from guildpost_agent.domain.learning.deviations import fresh, posterior
from guildpost_shared.learning.bases import FIRST_HOUR, HOURS, LEAD_RANK, LEADS, SLOT_RANK, SLOTS, WEEKDAYS, slot_basis
from guildpost_shared.learning.contexts import LETTER, Floats
from guildpost_shared.learning.model import NetworkModel, neutral_model
from tests.factories.reminders import generators, models, random_contexts

NO_DEVIATION = np.zeros((1, features.COUNT))


@settings(max_examples=20, deadline=None)
@given(generators(), models())
def test_without_a_draw_the_networks_and_the_own_mean_are_added(rng: np.random.Generator, model: NetworkModel) -> None:
    contexts, own = random_contexts(30, rng), rng.standard_normal((30, features.COUNT))
    contexts = contexts.take(np.flatnonzero(contexts.channel != LETTER))
    own = own[: len(contexts)]
    unknown = drawing.unknown_here(model)
    leads = drawing.lead_values(model, unknown, contexts, np.zeros((len(contexts), LEAD_RANK)), own)
    slots = drawing.slot_values(model, unknown, contexts, np.zeros((len(contexts), SLOT_RANK)), own)
    places = np.take_along_axis(own, features.slot_places(contexts), axis=1)
    expected = model.slot_table[contexts.slot_cell] + places @ slot_basis()[:, : features.SLOT_FUNCTIONS].T
    assert (len(contexts), LEADS) == leads.shape
    assert np.allclose(expected, slots)


@settings(max_examples=20, deadline=None)
@given(generators(), models())
def test_many_contexts_at_once_are_worked_out_as_each_alone(rng: np.random.Generator, model: NetworkModel) -> None:
    contexts, unknown = random_contexts(20, rng), drawing.unknown_here(model)
    own, z = rng.standard_normal((20, features.COUNT)), rng.standard_normal((20, LEAD_RANK))
    together = drawing.lead_values(model, unknown, contexts, z, own)
    for at in range(20):
        one = slice(at, at + 1)
        alone = drawing.lead_values(model, unknown, contexts.take(np.array([at])), z[one], own[one])
        assert np.allclose(together[one], alone)


def spread(values: Floats) -> float:
    return float(values.std(axis=0).mean())


def test_what_is_unknown_is_tried_in_many_ways_and_what_is_sure_in_one() -> None:
    rng = np.random.default_rng(3)
    contexts = random_contexts(1, rng)
    z, own = rng.standard_normal((500, LEAD_RANK)), np.zeros((500, features.COUNT))
    sure = NetworkModel(neutral_model().theta, np.full_like(neutral_model().variance, 1e-9))
    unsure, certain = (
        drawing.lead_values(model, drawing.unknown_here(model), contexts, z, own) for model in (neutral_model(), sure)
    )
    assert spread(unsure) > 100 * spread(certain)


def test_deviations_are_drawn_at_three_tenths_of_their_spread() -> None:
    belief = posterior(fresh(1), neutral_model())
    z = np.random.default_rng(4).standard_normal((4_000, features.COUNT))
    drawn = drawing.own_draws(belief.mean[0], belief.root[0], z)
    expected = 0.3 * np.sqrt(np.diag(features.prior_covariance(neutral_model())))
    assert np.allclose(expected, drawn.std(axis=0), rtol=0.08)
    assert np.array_equal(belief.mean, drawing.own_draws(belief.mean[0], belief.root[0], np.zeros((1, features.COUNT))))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.7, 1.0])
def test_the_best_hour_of_a_weekday_is_an_allowed_one_and_a_weekday_without_is_worth_nothing(share: float) -> None:
    rng = np.random.default_rng(5)
    values, allowed = rng.standard_normal((40, SLOTS)), rng.random((40, SLOTS)) < share
    best, hours = drawing.best_hours(values, allowed)
    for row in range(40):
        for weekday in range(WEEKDAYS):
            slots = np.arange(HOURS) + weekday * HOURS
            free = slots[allowed[row, slots]]
            if not len(free):
                assert best[row, weekday] == -np.inf
                continue
            chosen = weekday * HOURS + hours[row, weekday] - FIRST_HOUR
            assert chosen in free
            assert values[row, free].max() == best[row, weekday] == values[row, chosen]
