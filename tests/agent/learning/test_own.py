"""What a dealership learns of its own customers, from its records alone."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from guildpost_agent.domain.learning import features
from guildpost_agent.domain.learning.buckets import MEAN
from guildpost_agent.domain.learning.deviations import fresh, posterior
from guildpost_agent.domain.learning.grounds import Grounds, Own
from guildpost_agent.domain.learning.own import CLOSE, Dated, Seen, own_belief, own_beliefs
from guildpost_agent.domain.learning.picking import pick
from guildpost_agent.domain.learning.reading import Addressed, Recipient, Sent
from guildpost_agent.domain.learning.times import Times
from guildpost_shared.learning.bases import LEAD_DAYS, slot_of
from tests.factories.dated import dated
from tests.factories.network_models import a_model
from tests.factories.reminders import random_reminders

TODAY = date(2027, 3, 1)
KEY = bytes(32)
HU = Addressed(0, 0, Recipient(0, 1, 1))
LEADS = (10, 25, 40, 55)
MODEL = a_model(lead=25, strength=0.3, variance=0.05)
WEEK = [(lead, weekday) for lead in LEADS for weekday in range(6)]


def history(likes: int, count: int = 4_000, *, before: int = 30) -> Seen:
    """Give reminders on four lead times, of which one brought far more answers than the others."""
    rng = np.random.default_rng(7)
    rows = []
    for number in range(count):
        lead = LEADS[number % len(LEADS)]
        slot = slot_of(int(rng.integers(6)), int(rng.integers(8, 20)))
        answered = bool(rng.random() < (0.25 if lead == likes else 0.08))
        rows.append((TODAY - timedelta(days=before + number % 300), Sent(HU, slot, lead, answered)))
    return Seen(dated(rows))


def best_lead(seen: Seen) -> int:
    times = Times(KEY, MODEL, own_belief(MODEL, seen, TODAY), 19)
    return WEEK[pick(WEEK, times.values(HU, MEAN), 40).at][0]


@pytest.mark.parametrize("likes", LEADS)
def test_a_dealership_whose_customers_deviate_learns_it(likes: int) -> None:
    assert 25 == best_lead(Seen())
    assert likes == best_lead(history(likes))


def test_a_handful_of_own_answers_does_not_outweigh_the_network() -> None:
    assert 25 == best_lead(history(55, count=12))


def test_nothing_known_is_the_prior() -> None:
    found, prior = own_belief(MODEL, Seen(), TODAY), posterior(fresh(1), MODEL.model)
    assert np.array_equal(prior.mean, found.mean)
    assert np.allclose(prior.root, found.root)


def test_what_was_seen_before_the_world_changed_counts_less() -> None:
    changed = a_model(lead=25, strength=0.3, variance=0.05, drift_since=(None, TODAY))
    steady, drifted = (own_belief(model, history(55), TODAY) for model in (MODEL, changed))
    assert np.abs(drifted.mean).max() < np.abs(steady.mean).max()
    assert np.trace(drifted.root[0] @ drifted.root[0].T) > np.trace(steady.root[0] @ steady.root[0].T)


def test_old_outcomes_fade() -> None:
    recent, old = (own_belief(MODEL, history(55, before=days), TODAY) for days in (30, 400))
    assert np.trace(recent.root[0] @ recent.root[0].T) < np.trace(old.root[0] @ old.root[0].T)


@settings(max_examples=10, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_records_does_not_matter(random: object) -> None:
    rows = history(55, count=400).answers
    order = list(range(len(rows)))
    random.shuffle(order)  # type: ignore[attr-defined]  # Hypothesis gives a random.Random
    shuffled = rows.take(np.array(order))
    one, other = (own_belief(MODEL, Seen(some, some), TODAY) for some in (rows, shuffled))
    assert np.array_equal(one.mean, other.mean)
    assert np.array_equal(one.root, other.root)


def test_dealerships_learn_from_their_own_outcomes_only() -> None:
    rng = np.random.default_rng(8)
    sent, day = random_reminders(900, rng), TODAY.toordinal() - rng.integers(0, 300, 900)
    dealer = rng.integers(0, 3, 900)
    mails = sent.contexts.channel == 0

    def some(at: NDArray[np.bool_]) -> tuple[Dated, NDArray[np.int64]]:
        rows = np.flatnonzero(at)
        return Dated(sent.take(rows), day[rows]), dealer[rows]

    together = own_beliefs(MODEL, some(dealer >= 0), some(mails), TODAY, dealers=3)
    for number in range(3):
        mine = dealer == number
        alone = own_beliefs(MODEL, some(mine), some(mine & mails), TODAY, dealers=3)
        assert np.abs(together.mean[number] - alone.mean[number]).max() < CLOSE
        assert np.allclose(together.root[number], alone.root[number], atol=CLOSE)


def test_clicks_say_something_before_answers_do() -> None:
    clicks = Seen(clicks=history(55).answers)
    found = own_belief(MODEL, clicks, TODAY)
    assert 0 < found.mean[0][features.LEADS].max()
    assert not found.mean[0][: features.SLOTS.start].any(), "rates of answering are not told by clicks"


@pytest.mark.parametrize(
    ("seen", "expected"),
    [(Seen(), Own.FEW), (history(25), Own.AGREE), (history(55), Own.DIFFER)],
    ids=["nothing seen", "own customers like the same", "own customers like another time"],
)
def test_it_is_said_what_ones_own_customers_say_to_it(seen: Seen, expected: Own) -> None:
    grounds = Grounds(Times(KEY, MODEL, own_belief(MODEL, seen, TODAY), 19))
    found = grounds.lead(HU, LEAD_DAYS.index(25), LEAD_DAYS.index(55))
    assert expected is found.own
    assert found.percent > 5
