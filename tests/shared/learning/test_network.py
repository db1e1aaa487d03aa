"""A small network learns when to write, through the noise and the masks of a live round."""

from dataclasses import dataclass

import numpy as np
import pytest

from bench.learning_policy import GeneratorEntropy, LearningNetwork, contexts_of, make, secure_sum
from guildpost_shared.learning.bases import SLOTS, lead_basis, nearest_lead, slot_basis, slot_of
from guildpost_shared.learning.blocks import DIMENSION, LEAD_BLOCKS, LEAD_COORDINATES, SLOT_BLOCKS
from guildpost_shared.learning.contexts import Contexts, Flags, Floats, Ints
from guildpost_shared.learning.model import NetworkModel
from guildpost_shared.learning.terms import LearningTerms
from guildpost_shared.learning.vector import LENGTH
from tests.factories.reminders import random_contexts

DEALERS = 12
CUSTOMERS = 24_000
WEEKLY = 2_400
DELAY = 2
EVENING, EARLY, USUAL = slot_of(3, 18), slot_of(1, 10), 28


@dataclass
class Rows:
    """What a simulator hands over."""

    dealer: Ints
    cust: Ints
    service: Ints
    channel: Ints
    pt: Ints
    age: Ints
    loy: Ints


@dataclass
class Outcomes(Rows):
    """What it hands over weeks later."""

    slot: Ints
    lead: Ints
    sent_week: Ints
    y: Ints
    kind: str


def truth() -> NetworkModel:
    """Everybody answers best on Thursday evening, seven weeks ahead."""
    theta = np.zeros(DIMENSION)
    evening, ahead = slot_basis()[EVENING], lead_basis()[nearest_lead(np.array([50]))[0]]
    theta[: SLOT_BLOCKS[0].size] = np.tile(evening / np.linalg.norm(evening) * 2.5, 2)
    theta[LEAD_COORDINATES][: LEAD_BLOCKS[0].size] = np.tile(ahead / np.linalg.norm(ahead) * 2.0, 5)
    return NetworkModel(theta, np.ones(DIMENSION))


TRUTH = truth()


def allowed() -> Flags:
    mask = np.ones((3, SLOTS), dtype=np.bool_)
    mask[2, slot_of(6, 8) :] = False  # no calls on Sundays
    return mask


def public(dealers: int = DEALERS) -> dict[str, object]:
    return {
        "N": dealers,
        "n_customers_total": CUSTOMERS,
        "allowed": allowed(),
        "default_lead": USUAL,
        "book_delay": DELAY,
    }


def expected(contexts: Contexts, slot: Ints, days: Ints) -> Floats:
    rates: Floats = np.exp(TRUTH.log_rate(contexts, slot, nearest_lead(days)))
    return rates


def due(rng: np.random.Generator, dealers: int = DEALERS) -> Rows:
    customer = np.sort(rng.integers(0, CUSTOMERS, WEEKLY))
    some = random_contexts(WEEKLY, rng)
    columns = (some.learning_class, some.channel, some.business, some.age, some.loyal)
    return Rows(customer * dealers // CUSTOMERS, customer, *columns)


def left(rows: Rows, week: int, slot: Ints, days: Ints, answered: Ints) -> Outcomes:
    """Say what came of a week's reminders."""
    sent = np.full(len(slot), week)
    return Outcomes(**vars(rows), slot=slot, lead=days, sent_week=sent, y=answered, kind="book")


def lived(network: LearningNetwork, weeks: int, rng: np.random.Generator) -> list[float]:
    """Let weeks pass; give each week's expected answers over those on the default."""
    waiting: list[Outcomes] = []
    gains = []
    for week in range(weeks):
        if len(waiting) >= DELAY:
            network.observe(week, waiting.pop(0))
        network.end_week(week)
        rows = due(rng)
        slot, days = network.choose(week, rows)
        contexts = contexts_of(rows)
        timed = contexts.timed
        assert allowed()[contexts.channel[timed], slot[timed]].all()
        rate = expected(contexts, slot, days)
        usual = expected(contexts, np.full(WEEKLY, EARLY), np.full(WEEKLY, USUAL))
        gains.append(float(rate.sum() / usual.sum()))
        answered = (rng.random(WEEKLY) < rate).astype(np.int64)
        waiting.append(left(rows, week, slot, days, answered))
    return gains


def test_a_network_writes_better_after_a_few_rounds_and_within_its_budget() -> None:
    rng = np.random.default_rng(1)
    network = LearningNetwork(public(), rng, LearningTerms(epsilon=4.0))
    gains = lived(network, 13, rng)
    assert np.mean(gains[-2:]) > 1.1 * np.mean(gains[:2])
    assert network.spent <= 4.0


def test_a_customer_costs_at_most_one_each_quarter() -> None:
    rng = np.random.default_rng(2)
    network = make(public(), rng)
    lived(network, 15, rng)
    assert network.terms.yearly(2) == network.spent
    assert 1.0 < network.spent < 1.5


def test_fewer_dealerships_than_the_floor_hold_no_round_and_still_choose() -> None:
    rng = np.random.default_rng(3)
    network = make(public(dealers=9), rng)
    rows = due(rng, dealers=9)
    slot, days = network.choose(0, rows)
    network.observe(5, left(rows, 0, slot, days, slot % 2))
    network.end_week(6)
    assert 0.0 == network.spent
    assert set(days.tolist()) == set(range(10, 85))


@pytest.mark.parametrize("extreme", [2**40, -(2**40)])
def test_the_masked_sum_is_the_sum(extreme: int) -> None:
    rng = np.random.default_rng(4)
    vectors = [rng.integers(-(10**6), 10**6, LENGTH) for _ in range(5)]
    vectors[0][0] = extreme
    total = secure_sum("round-1", iter(vectors), GeneratorEntropy(rng))
    assert np.array_equal(np.sum(vectors, axis=0), total)
