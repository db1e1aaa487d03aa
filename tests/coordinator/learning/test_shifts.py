"""How the network's best lead times move: together, along the axis of days."""

from dataclasses import replace

import numpy as np
import pytest

from guildpost_coordinator.domain.learning.filter import Belief, aged, learned
from guildpost_coordinator.domain.learning.shifts import SHIFT_WALK, shift_directions
from guildpost_shared.learning.bases import LEAD_DAYS, nearest_lead
from guildpost_shared.learning.blocks import DIMENSION, LEAD_COORDINATES
from guildpost_shared.learning.contexts import CLASSES, Floats, every_context
from guildpost_shared.learning.model import NetworkModel
from guildpost_shared.learning.vector import decode
from tests.factories.network_models import a_model
from tests.factories.reminders import random_reminders, summed

DAYS = np.array(LEAD_DAYS)
SURE = 0.02 * np.eye(DIMENSION)


def curves(theta: Floats) -> Floats:
    """Give the lead times' functions of all contexts, float64[180, 25]."""
    return NetworkModel(theta, np.ones(DIMENSION)).lead_table


def test_a_step_along_the_directions_moves_every_curve_by_its_days() -> None:
    theta = a_model(lead=60).model.theta
    before, after = curves(theta), curves(theta + 5 * shift_directions(theta).sum(axis=0))
    moved = np.stack([np.interp(DAYS - 5, DAYS, row) for row in before])
    inner = slice(3, -3)
    assert np.abs(after - moved)[:, inner].max() < 0.05 * np.abs(before).max()


@pytest.mark.parametrize("kind", range(len(CLASSES)), ids=CLASSES)
def test_a_class_moves_alone(kind: int) -> None:
    theta = np.random.default_rng(3).standard_normal(DIMENSION)
    changed = np.abs(curves(theta + shift_directions(theta)[kind]) - curves(theta)).max(axis=1) > 0
    assert np.array_equal(every_context().learning_class == kind, changed)


def test_rates_and_slots_are_no_part_of_it() -> None:
    moved = shift_directions(np.ones(DIMENSION))
    assert not np.delete(moved, np.r_[LEAD_COORDINATES], axis=1).any()


def test_with_time_a_class_may_have_moved_by_days() -> None:
    theta = a_model(lead=60).model.theta
    moved = shift_directions(theta)
    later = aged(Belief(theta, SURE), 2).covariance - aged(Belief(np.zeros(DIMENSION), SURE), 2).covariance
    assert np.allclose(2 * SHIFT_WALK * moved.T @ moved, later)


def test_a_peak_that_moved_is_followed_within_four_rounds() -> None:
    """All best times lie fifteen days further ahead; everybody writes within ten days of the old best."""
    rng = np.random.default_rng(8)
    truth, old = a_model(lead=60, strength=0.8).model, a_model(lead=45, strength=0.8).model
    belief = Belief(old.theta, SURE)
    for _ in range(4):
        belief = aged(belief, 2)
        sent = random_reminders(6_000, rng)
        sent = replace(sent, lead=nearest_lead(np.rint(rng.normal(45, 5, len(sent))).astype(np.int64)))
        rate = np.exp(truth.log_rate(sent.contexts, sent.slot, sent.lead))
        sent = replace(sent, answered=(rng.random(len(sent)) < rate).astype(np.int64))
        total = decode(summed(sent, belief.published()))
        belief = learned(belief, total, dealers=200, noise_variance=0.0)
    peaks = DAYS[curves(belief.theta).argmax(axis=1)]
    assert np.median(peaks) > 45 + 15 / 2
