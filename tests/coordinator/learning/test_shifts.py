"""How the network's best lead times move: together, along the axis of days."""

from dataclasses import replace

import numpy as np
import pytest

from guildpost_agent.domain.learning import features
from guildpost_agent.domain.learning.centring import lead_shifts
from guildpost_coordinator.domain.learning.filter import Belief, aged, learned
from guildpost_coordinator.domain.learning.shifts import SHIFT_WALK, shift_directions
from guildpost_shared.learning.bases import LEAD_DAYS, lead_basis, nearest_lead
from guildpost_shared.learning.blocks import DIMENSION, LEAD_COORDINATES
from guildpost_shared.learning.contexts import CLASSES, Floats, Ints, every_context
from guildpost_shared.learning.model import NetworkModel
from guildpost_shared.learning.vector import decode
from tests.factories.network_models import a_model
from tests.factories.reminders import random_reminders, summed

DAYS = np.array(LEAD_DAYS)
LEAD_OF_DEALERSHIPS = (25, 35, 45, 55, 65)
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


def peak_after_four_rounds(*, centred: bool) -> float:
    """Let 200 dealerships write near their own peaks, which all moved fifteen days, and give the network's peak then.

    Dealerships differ by twenty days to either side and believe so; each tries six days (deviation) around its peak.
    """
    rng = np.random.default_rng(8)
    truth, old = a_model(lead=60, strength=0.8).model, a_model(lead=45, strength=0.8).model
    belief = Belief(old.theta, SURE)
    for _ in range(4):
        belief = aged(belief, 2)
        sent = random_reminders(12_000, rng)
        own = rng.choice(LEAD_OF_DEALERSHIPS, len(sent))
        tried = np.rint(rng.normal(45, 6, len(sent))).astype(np.int64)
        shift = lead_shifts(old, sent.contexts, believed(own)) if centred else np.zeros_like(own)
        rate = np.exp(truth.log_rate(sent.contexts, sent.slot, nearest_lead(tried)))
        answered = (rng.random(len(sent)) < rate).astype(np.int64)
        counted = replace(sent, lead=nearest_lead(tried + own - 45 - shift), answered=answered)
        belief = learned(belief, decode(summed(counted, belief.published())), dealers=200, noise_variance=0.0)
    return float(np.median(DAYS[curves(belief.theta).argmax(axis=1)]))


def believed(peaks: Ints) -> Floats:
    """Give deviations, float64[n, 45], whose peaks beside a network that knows of 45 days lie at these days."""
    own = np.zeros((len(peaks), features.COUNT))
    curve = 9.0 * lead_basis()[nearest_lead(peaks), : features.LEAD_FUNCTIONS]
    own[:, features.LEADS] = np.tile(curve, len(CLASSES))
    return own


def test_counted_from_ones_own_peak_a_move_of_all_peaks_is_followed_within_four_rounds() -> None:
    assert peak_after_four_rounds(centred=True) > 45 + 15 / 2


def test_counted_by_the_days_themselves_it_is_hardly_seen() -> None:
    """Each sits on its own peak, so answers look equally good over forty days (``centring``)."""
    assert peak_after_four_rounds(centred=False) < 45 + 15 / 2
