"""What the coordinator concludes from a round."""

from dataclasses import replace

import numpy as np
import pytest

from guildpost_coordinator.domain.learning.drift import alarmed
from guildpost_coordinator.domain.learning.exposures import Exposures, hessian
from guildpost_coordinator.domain.learning.filter import ANSWER_WEIGHT, Belief, aged, learned, prior
from guildpost_shared.errors import Refused
from guildpost_shared.learning.blocks import DIMENSION, LEAD_COORDINATES, SLOT_COORDINATES, coordinates, row_values
from guildpost_shared.learning.contexts import Contexts, Floats, Reminders
from guildpost_shared.learning.model import NetworkModel, neutral_model, require_sound
from guildpost_shared.learning.vector import Collected, decode
from tests.factories.reminders import random_contexts, random_reminders, summed, weighted

MANY_DEALERS = 10**9
"""So many that what one of them does by itself has no weight: plain regression."""


def collected(reminders: Reminders, model: NetworkModel) -> Collected:
    return decode(summed(reminders, model))


def answered(reminders: Reminders, theta: Floats, rng: np.random.Generator) -> Reminders:
    truth = NetworkModel(theta, np.ones(DIMENSION))
    rate = np.exp(truth.log_rate(reminders.contexts, reminders.slot, reminders.lead))
    return replace(reminders, answered=(rng.random(len(reminders)) < rate).astype(np.int64))


def test_without_noise_a_round_is_bayesian_regression_in_closed_form() -> None:
    """Posterior covariance (I + H/ω)⁻¹, and its mean that times a score with covariance ω·H about H·θ*, over ω."""
    rng = np.random.default_rng(7)
    sent = collected(random_reminders(15_000, rng), neutral_model())
    information = hessian(Exposures.of(sent), 0.0)
    values, vectors = np.linalg.eigh(information)
    chance = vectors @ (np.sqrt(ANSWER_WEIGHT * np.maximum(values, 0)) * rng.standard_normal(DIMENSION))
    total = replace(sent, score=information @ rng.standard_normal(DIMENSION) + chance)
    expected_covariance = np.linalg.inv(np.eye(DIMENSION) + information / ANSWER_WEIGHT)
    belief = learned(prior(), total, dealers=MANY_DEALERS, noise_variance=0.0)
    assert np.allclose(expected_covariance, belief.covariance, atol=1e-4)
    assert np.allclose(expected_covariance @ total.score / ANSWER_WEIGHT, belief.theta, atol=1e-3)


def test_the_hessian_of_the_tables_is_the_hessian_of_the_rows() -> None:
    """Slots and lead times drawn independently: the tables then lose nothing."""
    rng = np.random.default_rng(3)
    sent = random_reminders(15_000, rng)
    rows = row_values(sent.contexts, sent.slot, sent.lead)
    wide = np.zeros((len(sent), DIMENSION))
    np.put_along_axis(wide, coordinates()[sent.contexts.cell], rows, axis=1)
    exact = wide.T @ (wide * weighted(sent, neutral_model())[:, None])
    found = hessian(Exposures.of(collected(sent, neutral_model())), 0.0)
    assert np.linalg.norm(exact - found) < 0.1 * np.linalg.norm(exact)


def test_the_hessian_is_symmetric_and_never_negative() -> None:
    rng = np.random.default_rng(5)
    noisy = Exposures(rng.normal(0, 9, (4, 91)), rng.normal(2, 9, (15, 25)), rng.normal(5, 9, 180))
    found = hessian(noisy, 9.0)
    assert np.allclose(found, found.T)
    assert np.linalg.eigvalsh(found).min() > -1e-9


def test_a_sum_of_nothing_but_noise_teaches_nothing() -> None:
    nothing = Collected(np.full(DIMENSION, 3.0), np.zeros((4, 91)), np.zeros((15, 25)), np.zeros(180))
    belief = learned(prior(), nothing, dealers=200, noise_variance=1e6)
    assert not belief.theta.any()
    assert np.array_equal(np.eye(DIMENSION), belief.covariance)


def test_rounds_bring_the_belief_to_the_truth() -> None:
    rng = np.random.default_rng(11)
    truth = 0.7 * rng.standard_normal(DIMENSION)
    asked = random_reminders(2_000, rng)

    def says(theta: Floats) -> Floats:
        return NetworkModel(theta, np.ones(DIMENSION)).log_rate(asked.contexts, asked.slot, asked.lead)

    belief, errors = prior(), [np.std(says(truth) - says(np.zeros(DIMENSION)))]
    for _ in range(3):
        sent = answered(random_reminders(30_000, rng), truth, rng)
        total = collected(sent, belief.published())
        belief = learned(aged(belief, 2), total, dealers=MANY_DEALERS, noise_variance=0.0)
        errors.append(np.std(says(truth) - says(belief.theta)))
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 0.5 * errors[0]
    assert (np.abs(truth - belief.theta) / np.sqrt(np.diag(belief.covariance)) < 3).mean() > 0.95


def test_more_noise_leaves_more_uncertainty() -> None:
    total = collected(random_reminders(20_000, np.random.default_rng(2)), neutral_model())
    quiet, loud = (learned(prior(), total, dealers=200, noise_variance=variance) for variance in (0.0, 2e7))
    assert np.trace(quiet.covariance) < np.trace(loud.covariance) < DIMENSION


def test_time_makes_uncertain_up_to_the_prior_and_faster_where_the_alarm_is_on() -> None:
    sure = Belief(np.zeros(DIMENSION), 0.01 * np.eye(DIMENSION), drifting=(True, False))
    later = np.diag(aged(sure, 2).covariance)
    assert later[SLOT_COORDINATES].min() > 0.09
    assert later[LEAD_COORDINATES].max() < 0.02
    assert np.diag(aged(prior(), 50).covariance).max() == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("latest", "earlier", "expected"),
    [
        (9.0, [1.0, 1.0, 1.0], False),
        (1.3, [0.2, 0.2, 0.2, 0.2], False),
        (2.0, [1.0, 1.1, 0.9, 1.0], True),
        (2.0, [1.3, 1.3, 1.3, 1.3], False),
        (2.0, [9.0, 1.0, 1.1, 0.9, 1.0], True),
    ],
    ids=["too few rounds", "below the least", "out of the ordinary", "ordinary here", "only the last four count"],
)
def test_the_alarm_rises_for_what_is_out_of_the_ordinary(
    latest: float, earlier: list[float], *, expected: bool
) -> None:
    assert expected == alarmed(latest, earlier)


def test_what_the_coordinator_publishes_is_never_refused() -> None:
    wild = Belief(np.full(DIMENSION, 40.0), np.diag(np.linspace(-1e-12, 1.0, DIMENSION)))
    assert require_sound(wild.published())


@pytest.mark.parametrize(
    "hostile",
    [
        NetworkModel(np.full(DIMENSION, 6.1), np.ones(DIMENSION)),
        NetworkModel(np.full(DIMENSION, np.nan), np.ones(DIMENSION)),
        NetworkModel(np.zeros(DIMENSION), np.full(DIMENSION, np.inf)),
        NetworkModel(np.zeros(DIMENSION), np.zeros(DIMENSION)),
        NetworkModel(np.zeros(DIMENSION), np.full(DIMENSION, 1.01)),
        NetworkModel(np.zeros(DIMENSION - 1), np.ones(DIMENSION - 1)),
    ],
    ids=["too large", "not a number", "infinite variance", "certain of everything", "beyond the prior", "too short"],
)
def test_a_hostile_model_is_refused(hostile: NetworkModel) -> None:
    with pytest.raises(Refused, match="model_out_of_bounds"):
        require_sound(hostile)


def test_contexts_of_a_slot_cell_share_their_slot_function() -> None:
    model = NetworkModel(np.random.default_rng(1).standard_normal(DIMENSION), np.ones(DIMENSION))
    some = random_contexts(50, np.random.default_rng(2))
    older = Contexts(some.learning_class, some.channel, some.business, (some.age + 1) % 3, some.loyal)
    assert np.array_equal(model.slot_table[some.slot_cell], model.slot_table[older.slot_cell])
