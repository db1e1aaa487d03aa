"""What a dealership learns about itself."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_agent.domain.learning import deviations, features
from guildpost_agent.domain.learning.deviations import Answers, Clicks, Posterior
from guildpost_agent.domain.learning.placing import Placed, Sums
from guildpost_shared.learning.bases import lead_basis, slot_basis
from guildpost_shared.learning.blocks import DIMENSION
from guildpost_shared.learning.contexts import Floats, Reminders
from guildpost_shared.learning.model import NetworkModel, neutral_model
from tests.factories.reminders import generators, random_reminders

SURE = NetworkModel(np.zeros(DIMENSION), np.full(DIMENSION, 1e-6))


def functions(sent: Reminders) -> Floats:
    """Write down m of every reminder as ``features`` defines it."""
    rows = np.zeros((len(sent), features.COUNT))
    for at in range(len(sent)):
        one = sent.contexts.take(np.array([at]))
        rows[at, [0, features.BY_CLASS.start + one.learning_class[0], features.BY_CHANNEL.start + one.channel[0]]] = 1
        if one.timed[0]:
            rows[at, features.slot_places(one)[0]] = slot_basis()[sent.slot[at], : features.SLOT_FUNCTIONS]
        rows[at, features.lead_places(one)[0]] = lead_basis()[sent.lead[at], : features.LEAD_FUNCTIONS]
    return rows


def outcomes(count: int, own: Floats, rng: np.random.Generator) -> Reminders:
    """Reminders of a dealership that differs from the network by ``own``."""
    sent = random_reminders(count, rng)
    rate = np.exp(SURE.log_rate(sent.contexts, sent.slot, sent.lead) + functions(sent) @ own)
    return replace(sent, answered=(rng.random(count) < rate).astype(np.int64))


def of_one(sent: Reminders) -> Placed:
    return Placed(sent, np.zeros(len(sent), dtype=np.int64), 1)


def believed(sent: Reminders) -> Posterior:
    known = Answers(of_one(sent), np.ones(len(sent)), SURE)
    belief = deviations.posterior(deviations.fresh(1), SURE)
    for _ in range(5):
        belief = deviations.posterior(known.at(belief.mean), SURE)
    return belief


@settings(max_examples=20, deadline=None)
@given(generators(), st.integers(0, 40), st.integers(1, 3))
def test_sums_by_tables_are_the_sums_reminder_by_reminder(rng: np.random.Generator, count: int, dealers: int) -> None:
    sent, dealer = random_reminders(count, rng), rng.integers(0, dealers, count)
    weights, evidence = rng.random(count), rng.standard_normal(count)
    delta, m = rng.standard_normal((dealers, features.COUNT)), functions(sent)
    placed = Placed(sent, dealer, dealers)
    assert np.allclose((m * delta[dealer]).sum(axis=1), placed.effects(delta))
    found = placed.sums(weights, evidence)
    for at in range(dealers):
        mine = dealer == at
        assert np.allclose((m[mine] * weights[mine, None]).T @ m[mine], found.information[at])
        assert np.allclose(evidence[mine] @ m[mine], found.evidence[at])


def test_answers_bring_the_belief_to_what_the_dealership_is() -> None:
    rng = np.random.default_rng(1)
    own = np.linalg.cholesky(features.prior_covariance(SURE)) @ rng.standard_normal(features.COUNT)
    belief = believed(outcomes(20_000, own, rng))
    errors = (belief.mean[0] - own) / np.linalg.norm(belief.root[0], axis=1)
    assert (np.abs(errors) < 3).mean() > 0.95
    rows = functions(random_reminders(2_000, rng))
    assert np.std(rows @ (belief.mean[0] - own)) < 0.75 * np.std(rows @ own)


def test_without_outcomes_a_dealership_believes_what_the_network_does() -> None:
    belief = deviations.posterior(deviations.fresh(2), neutral_model())
    assert not belief.mean.any()
    covariance = belief.root[0] @ belief.root[0].T
    assert np.allclose(features.prior_covariance(neutral_model()), covariance)


def test_an_answer_adds_its_rate_to_the_information_and_its_surprise_to_the_evidence() -> None:
    rng = np.random.default_rng(2)
    sent, weight = random_reminders(50, rng), rng.random(50)
    delta, m = 0.1 * rng.standard_normal((1, features.COUNT)), functions(sent)
    own = m @ delta[0]
    rate = np.minimum(np.exp(np.minimum(SURE.log_rate(sent.contexts, sent.slot, sent.lead) + own, 0)), 0.9)
    found = Answers(of_one(sent), weight, SURE).at(delta)
    assert np.allclose((m * (weight * rate)[:, None]).T @ m, found.information[0])
    assert np.allclose((weight * (sent.answered - rate + rate * own)) @ m, found.evidence[0])


def test_clicks_move_slots_and_lead_times_but_never_the_rate_of_bookings() -> None:
    rng = np.random.default_rng(5)
    sent = random_reminders(500, rng)
    mails = replace(sent, contexts=replace(sent.contexts, channel=np.zeros(500, dtype=np.int64)))
    known: Sums = Clicks(of_one(mails), np.ones(500), SURE).at(np.zeros((1, features.COUNT)))
    rates = slice(0, features.SLOTS.start)
    assert not known.evidence[0, rates].any()
    assert not known.information[0, rates].any()
    assert known.evidence[0, features.SLOTS].any()
    assert known.evidence[0, features.LEADS].any()


@pytest.mark.parametrize("times", [1, 3])
def test_how_often_customers_click_at_all_says_nothing_about_hours(times: int) -> None:
    """Everybody clicks at the same rate; that rate is the dealership's own, whatever it is."""
    rng = np.random.default_rng(6)
    sent = random_reminders(20_000, rng, rate=0.04 * times)
    mails = replace(sent, contexts=replace(sent.contexts, channel=np.zeros(20_000, dtype=np.int64)))
    known = Clicks(of_one(mails), np.ones(20_000), SURE).at(np.zeros((1, features.COUNT)))
    belief = deviations.posterior(known, SURE)
    assert np.abs(slot_basis()[:, : features.SLOT_FUNCTIONS] @ belief.mean[0, features.SLOTS][:8]).max() < 0.08
