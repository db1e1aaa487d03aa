"""Where and when one writes: within what is allowed, spread out at first, better with what is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_agent.domain.learning.choosing import Allowed, Choice, chosen, explored
from guildpost_agent.domain.learning.contributing import countable
from guildpost_agent.domain.learning.deviations import Posterior, fresh, posterior
from guildpost_agent.domain.learning.exploring import evenly, lead_window
from guildpost_agent.domain.learning.features import COUNT
from guildpost_shared.learning.bases import LEAD_DAYS, LEADS, SLOTS
from guildpost_shared.learning.blocks import DIMENSION
from guildpost_shared.learning.contexts import Contexts, Flags, Ints
from guildpost_shared.learning.model import NetworkModel, neutral_model
from tests.factories.reminders import generators, models, random_contexts

WINDOW = lead_window(28)


def choose(contexts: Contexts, dealer: Ints, model: NetworkModel, allowed: Allowed, rng: np.random.Generator) -> Choice:
    belief = posterior(fresh(3), model)
    return chosen(contexts, dealer, model=model, belief=belief, allowed=allowed, window=WINDOW, rng=rng)


def everything(count: int) -> Allowed:
    return Allowed(np.ones((count, SLOTS), dtype=np.bool_), np.ones((count, LEADS), dtype=np.bool_))


@settings(max_examples=30, deadline=None)
@given(generators(), models(), st.floats(0, 1))
def test_nothing_is_chosen_that_is_not_allowed(rng: np.random.Generator, model: NetworkModel, share: float) -> None:
    contexts, dealer = random_contexts(60, rng), np.sort(rng.integers(0, 3, 60))
    allowed = Allowed(rng.random((60, SLOTS)) < share, rng.random((60, LEADS)) < share)
    for choice in (choose(contexts, dealer, model, allowed, rng), explored(contexts, allowed, WINDOW, rng)):
        for at in range(60):
            lead, slot = int(choice.lead[at]), int(choice.slot[at])
            assert allowed.leads[at, lead] if allowed.leads[at].any() else lead == -1
            if contexts.timed[at] and allowed.slots[at].any():
                assert allowed.slots[at, slot]
            else:
                assert slot == -1


def test_the_start_spreads_evenly_over_what_is_allowed_near_the_default() -> None:
    rng = np.random.default_rng(1)
    contexts, allowed = random_contexts(20_000, rng), everything(20_000)
    choice = explored(contexts, allowed, WINDOW, rng)
    assert set(range(10, 85, 5)) == set(np.array(LEAD_DAYS)[choice.lead].tolist())
    slots = np.bincount(choice.slot[contexts.timed], minlength=SLOTS)
    assert slots.min() > 0.6 * slots.mean()


@pytest.mark.parametrize("default", [0, 1, 2, 28, 120])
def test_some_lead_time_is_tried_for_every_default_of_the_grid(default: int) -> None:
    assert lead_window(default).any()


@pytest.mark.parametrize("row", [[False] * 4, [True, False, False, False]], ids=["nothing", "one"])
def test_an_even_draw_keeps_to_what_is_allowed(row: list[bool]) -> None:
    drawn = evenly(np.array([row] * 50), np.random.default_rng(0))
    assert {0 if any(row) else -1} == set(drawn.tolist())


def test_what_is_surely_better_is_chosen_nearly_always() -> None:
    rng = np.random.default_rng(2)
    theta = np.zeros(DIMENSION)
    theta[:14] = 3 * np.sign(rng.standard_normal(14))  # e-mail: one strong function of the slot
    sure = NetworkModel(theta, np.full(DIMENSION, 1e-9))
    contexts = Contexts(*(np.zeros(500, dtype=np.int64) for _ in range(5)))
    known = Posterior(np.zeros((1, COUNT)), np.zeros((1, COUNT, COUNT)))
    choice = chosen(
        contexts,
        np.zeros(500, dtype=np.int64),
        model=sure,
        belief=known,
        allowed=everything(500),
        window=WINDOW,
        rng=rng,
    )
    best = int(sure.slot_table[0].argmax())
    assert 0.95 < (choice.slot == best).mean() < 1.0


def test_what_is_unknown_is_tried_in_many_ways() -> None:
    rng = np.random.default_rng(3)
    contexts = Contexts(*(np.zeros(500, dtype=np.int64) for _ in range(5)))
    choice = choose(contexts, np.zeros(500, dtype=np.int64), neutral_model(), everything(500), rng)
    assert len(set(choice.slot.tolist())) > 20


@settings(max_examples=50)
@given(st.lists(st.integers(0, 8), max_size=30), st.sets(st.integers(0, 8)))
def test_a_customer_counts_once_with_the_earliest_reminder_and_not_again_in_the_quarter(
    customers: list[int], counted: set[int]
) -> None:
    found = countable(np.array(customers, dtype=np.int64), counted).tolist()
    assert [customers.index(customers[at]) for at in found] == found
    assert set(customers) - counted == {customers[at] for at in found}
    assert found == sorted(found)


def test_masks_are_read_row_by_row() -> None:
    slots: Flags = np.eye(SLOTS, dtype=np.bool_)
    contexts = Contexts(*(np.zeros(SLOTS, dtype=np.int64) for _ in range(5)))
    allowed = Allowed(slots, np.ones((SLOTS, LEADS), dtype=np.bool_))
    rng = np.random.default_rng(4)
    choice = choose(contexts, np.zeros(SLOTS, dtype=np.int64), neutral_model(), allowed, rng)
    assert list(range(SLOTS)) == choice.slot.tolist()
