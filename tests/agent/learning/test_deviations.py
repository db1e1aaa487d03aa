"""What a dealership learns about itself."""

from dataclasses import replace

import numpy as np
import pytest

from guildpost_agent.domain.learning import deviations, features
from guildpost_agent.domain.learning.deviations import Deviations, Posterior
from guildpost_shared.learning.bases import SLOT_RANK
from guildpost_shared.learning.blocks import DIMENSION, SLOT_BLOCKS
from guildpost_shared.learning.contexts import Floats, Ints, Reminders
from guildpost_shared.learning.model import NetworkModel, neutral_model
from tests.factories.reminders import random_reminders

SURE = NetworkModel(np.zeros(DIMENSION), np.full(DIMENSION, 1e-6))


def outcomes(count: int, own: Floats, rng: np.random.Generator) -> Reminders:
    """Reminders of a dealership that differs from the network by ``own``."""
    sent = random_reminders(count, rng)
    rows = features.values(sent.contexts, sent.slot, sent.lead)
    rate = np.exp(SURE.log_rate(sent.contexts, sent.slot, sent.lead) + rows @ own)
    return replace(sent, answered=(rng.random(count) < rate).astype(np.int64))


def took_in(dealer: Ints, sent: Reminders, dealers: int, times: int = 1) -> tuple[Deviations, Posterior]:
    known = deviations.fresh(dealers)
    for _ in range(times):
        known = deviations.with_answers(known, deviations.posterior(known, SURE), SURE, dealer, sent)
    return known, deviations.posterior(known, SURE)


def test_answers_bring_the_belief_to_what_the_dealership_is() -> None:
    rng = np.random.default_rng(1)
    own = np.linalg.cholesky(features.prior_covariance(SURE)) @ rng.standard_normal(features.COUNT)
    known = deviations.fresh(1)
    for _ in range(4):
        batch = outcomes(10_000, own, rng)
        dealer = np.zeros(len(batch), dtype=np.int64)
        known = deviations.with_answers(known, deviations.posterior(known, SURE), SURE, dealer, batch)
    belief = deviations.posterior(known, SURE)
    errors = (belief.mean[0] - own) / np.linalg.norm(belief.root[0], axis=1)
    assert (np.abs(errors) < 3).mean() > 0.95
    asked = random_reminders(2_000, rng)
    rows = features.values(asked.contexts, asked.slot, asked.lead)
    assert np.std(rows @ (belief.mean[0] - own)) < 0.75 * np.std(rows @ own)


def test_without_outcomes_a_dealership_believes_what_the_network_does() -> None:
    belief = deviations.posterior(deviations.fresh(2), neutral_model())
    assert not belief.mean.any()
    covariance = belief.root[0] @ belief.root[0].T
    assert np.allclose(features.prior_covariance(neutral_model()), covariance)


def test_dealerships_learn_from_their_own_outcomes_only() -> None:
    rng = np.random.default_rng(2)
    sent = random_reminders(300, rng)
    dealer = np.sort(rng.integers(0, 3, 300))
    together, _ = took_in(dealer, sent, 3)
    for at in range(3):
        mine = sent.take(np.flatnonzero(dealer == at))
        alone, _ = took_in(np.zeros(len(mine), dtype=np.int64), mine, 1)
        assert np.allclose(alone.information[0], together.information[at])
        assert np.allclose(alone.evidence[0], together.evidence[at])


def test_when_the_network_learns_what_a_dealership_knew_the_deviation_shrinks_to_nothing() -> None:
    """The network moves by exactly what distinguished this dealership: e-mail slots."""
    rng = np.random.default_rng(3)
    own = np.zeros(features.COUNT)
    own[features.SLOTS.start : features.SLOTS.start + features.SLOT_FUNCTIONS] = 0.1
    change = np.zeros(DIMENSION)
    change[: features.SLOT_FUNCTIONS] = 0.1 / SLOT_BLOCKS[0].weight
    assert SLOT_RANK >= features.SLOT_FUNCTIONS
    assert np.allclose(own, features.projected(change))
    known, before = took_in(np.zeros(50_000, dtype=np.int64), outcomes(50_000, own, rng), 1)
    moved = deviations.followed(known, SURE, replace(SURE, theta=change))
    after = deviations.posterior(moved, SURE)
    part = slice(features.SLOTS.start, features.SLOTS.start + features.SLOT_FUNCTIONS)
    assert np.linalg.norm(after.mean[0, part]) < 0.6 * np.linalg.norm(before.mean[0, part])


def test_a_risen_alarm_makes_old_outcomes_count_less_once() -> None:
    known, _ = took_in(np.zeros(100, dtype=np.int64), random_reminders(100, np.random.default_rng(4)), 1)
    alarm = replace(SURE, drifting=(False, True))
    risen = deviations.followed(known, SURE, alarm)
    assert np.allclose(0.6 * known.information, risen.information)
    assert np.allclose(risen.information, deviations.followed(risen, alarm, alarm).information)


def test_clicks_move_slots_and_lead_times_but_never_the_rate_of_bookings() -> None:
    rng = np.random.default_rng(5)
    sent = random_reminders(500, rng)
    mails = replace(sent, contexts=replace(sent.contexts, channel=np.zeros(500, dtype=np.int64)))
    start = deviations.fresh(1)
    belief = deviations.posterior(start, SURE)
    known = deviations.with_clicks(start, belief, SURE, np.zeros(500, dtype=np.int64), mails)
    rates = slice(0, features.SLOTS.start)
    assert not known.evidence[0, rates].any()
    assert known.evidence[0, features.SLOTS].any()
    assert known.clicks.sum() == pytest.approx(start.clicks.sum() + mails.answered.sum())
    assert known.clicks.sum() / known.expected_clicks.sum() == pytest.approx(0.1, rel=0.4)


def test_old_outcomes_fade() -> None:
    known, _ = took_in(np.zeros(100, dtype=np.int64), random_reminders(100, np.random.default_rng(6)), 1)
    assert np.allclose(0.99 * known.information, deviations.faded(known).information)
