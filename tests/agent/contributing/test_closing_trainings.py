"""A training that came to nothing costs its customers what left, once the next one begins, and never less."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_agent.app.answer_round import RoundTicket
from guildpost_agent.domain.contributions import quarter_of
from guildpost_agent.domain.records import Occasion, Outcome, Triage
from guildpost_shared.errors import Refused
from guildpost_shared.privacy.accountant import Expense
from guildpost_shared.privacy.ledger import YEARLY_EPSILON, Entry, spent
from guildpost_shared.studies.counted import counted_study
from guildpost_shared.studies.noise import expenses_of
from guildpost_shared.studies.propensity.budget import expenses_of_rounds
from guildpost_shared.studies.propensity.document import NOTHING_LEARNED, NextRound, PropensityDocument
from guildpost_shared.studies.propensity.features import FeatureMap, Numeric
from guildpost_shared.studies.propensity.model import Model
from guildpost_shared.studies.propensity.terms import LAST_STEP
from guildpost_shared.studies.spec import StudySpec
from tests.factories.round_world import RoundWorld, a_touchpoint, sent_on

COLUMNS: Final = ("service_class", "vehicle_age_months")
MODEL: Final = Model(COLUMNS, (), FeatureMap((Numeric(1, 0.0, 200.0, 90.0, 40.0),), (), 2.5), np.zeros(2))
CUSTOMERS: Final = {f"c-{number}" for number in range(6)}
EPSILON: Final = 3.0


@cache
def training(number: int) -> StudySpec:
    """Write one of three trainings, each about four weeks of another quarter."""
    start = date(2027, 2 + 3 * number, 1)
    return counted_study(
        "propensity",
        brand="Arvana",
        services=["hu_au"],
        period_start=start,
        period_end=start + timedelta(days=27),
        version=1 + number,
        epsilon=EPSILON,
        columns=COLUMNS,
    )


def asks(study: StudySpec) -> PropensityDocument:
    """Write the file that asks a training's round."""
    following = NextRound(study.study_id, study.days, study.step, COLUMNS, model=MODEL if study.step > 2 else None)
    return NOTHING_LEARNED if study.step == 1 else replace(NOTHING_LEARNED, version=study.step, training=following)


class Dealership:
    """One agent that wrote to six customers in each of three quarters."""

    def __init__(self, world: RoundWorld) -> None:
        self.world, self.agent = world, world.agents[min(world.agents)]
        world.business.set(world.business.now() + timedelta(days=200))
        sent = [
            a_touchpoint(f"{number}-{name}", name, sent_on(training(number)))
            for number in range(3)
            for name in sorted(CUSTOMERS)
        ]
        with self.agent.open_uow() as uow:
            uow.plans.replace_occasions(
                [
                    Occasion(
                        t.occasion_id, t.customer_id, t.vehicle_id, "hu_au", t.due_date, "dms", 1.0, Triage.TRUSTED
                    )
                    for t in sent
                ],
                {t.vehicle_id for t in sent},
            )
            uow.plans.add_touchpoints(sent)
            uow.outcomes.add([Outcome(f"d{t.touchpoint_id}", t.touchpoint_id, "delivered", t.planned_at) for t in sent])
            uow.commit()
        self._rounds = 0

    def make_vector(self, number: int, step: int, brand: str = "") -> None:
        """Make the vector of a training's round, and keep what it charged, as one answer does."""
        study = training(number).parts[step - 1]
        self._rounds += 1
        ticket = RoundTicket(
            f"round-{self._rounds}", study, self.world.net.roster, self.agent.agent_id, brand, asks(study)
        )
        desk = self.agent.desk(ticket, self.world)
        with self.agent.open_uow() as uow:
            desk._vector(uow, 11)
            uow.commit()

    def ledgers(self) -> dict[str, frozenset[Entry]]:
        with self.agent.open_uow() as uow:
            return {name: ledger for name, ledger in uow.rounds.ledgers().items() if name in CUSTOMERS}

    def charged(self, number: int) -> set[tuple[Expense, ...]]:
        """Give what customers were charged for a training."""
        period = training(number).days
        return {entry.expenses for ledger in self.ledgers().values() for entry in ledger if entry.period == period}


@pytest.fixture
def dealership(tmp_path: Path) -> Iterator[Dealership]:
    world = RoundWorld(tmp_path, dealers=10)
    yield Dealership(world)
    world.close()


def cost(number: int, steps: Sequence[int]) -> tuple[Expense, ...]:
    return expenses_of_rounds(expenses_of(training(number)), steps)


def test_a_trainings_expenses_are_those_of_its_rounds() -> None:
    every = range(1, LAST_STEP + 1)
    assert Counter(expenses_of(training(0))) == Counter(cost(0, every))
    assert [1, 1, 2, 1, 1, 1] == [len(cost(0, [step])) for step in every]
    assert () == cost(0, [])


def test_the_next_training_settles_the_one_before_with_what_left_and_has_room_for_its_customers(
    dealership: Dealership,
) -> None:
    dealership.make_vector(0, 1)
    dealership.make_vector(0, 2)
    assert {expenses_of(training(0))} == dealership.charged(0)
    dealership.make_vector(1, 1)
    assert ({cost(0, [1, 2])}, {expenses_of(training(1))}) == (dealership.charged(0), dealership.charged(1))
    assert CUSTOMERS == {name for name, ledger in dealership.ledgers().items() if len(ledger) == 2}
    assert all(spent(ledger, training(1).period_end) <= YEARLY_EPSILON for ledger in dealership.ledgers().values())


def test_a_training_that_was_held_to_its_end_weighs_as_much_as_ever(dealership: Dealership) -> None:
    for step in range(1, LAST_STEP + 1):
        dealership.make_vector(0, step)
    dealership.make_vector(1, 1)
    assert Counter(expenses_of(training(0))) == Counter(*dealership.charged(0))
    assert set() == dealership.charged(1)


@pytest.mark.parametrize("step", range(1, LAST_STEP + 1))
def test_once_closed_no_round_of_it_is_ever_answered(dealership: Dealership, step: int) -> None:
    dealership.make_vector(0, 1)
    dealership.make_vector(1, 1)
    with pytest.raises(Refused, match="round_already_contributed"):
        dealership.make_vector(0, step)
    assert {cost(0, [1])} == dealership.charged(0)


def test_a_charge_whose_uploads_are_not_on_record_stands(dealership: Dealership) -> None:
    study = training(0)
    entry = Entry("", study.study_id, study.days, "c-0", study.period_end, expenses_of(study))
    with dealership.agent.open_uow() as uow:
        uow.rounds.mark_contributed(quarter_of(study.period_start), [entry], study.epsilon)
        uow.commit()
    dealership.make_vector(1, 1)
    assert {expenses_of(study)} == dealership.charged(0)


def test_another_brands_training_of_the_same_name_is_left_as_it_is(dealership: Dealership) -> None:
    dealership.make_vector(0, 1)
    dealership.make_vector(1, 1, "skoda")
    assert {expenses_of(training(0))} == dealership.charged(0)
    dealership.make_vector(0, 2)


def was_made(dealership: Dealership, number: int, step: int) -> bool:
    """Ask for a vector; it is refused where its upload is spent, or closed."""
    try:
        dealership.make_vector(number, step)
    except Refused as refused:
        if refused.code != "round_already_contributed":
            raise
        return False
    return True


MOVES = st.tuples(st.integers(0, 2), st.sampled_from([1, 1, 1, 2, 3, 4, 6]))


@settings(max_examples=12, deadline=None)
@given(st.lists(MOVES, min_size=4, max_size=12))
def test_whatever_is_asked_in_whatever_order_the_ledger_holds_all_that_left(moves: list[tuple[int, int]]) -> None:
    with TemporaryDirectory() as folder:
        world = RoundWorld(Path(folder), dealers=10)
        dealership, left = Dealership(world), defaultdict[tuple[str, str], Counter[Expense]](Counter)
        for number, step in moves:
            if not was_made(dealership, number, step):
                continue
            with dealership.agent.open_uow() as uow:
                entry = Entry("", "propensity", training(number).days, "", date.min, expenses_of(training(number)))
                for name in uow.rounds.seated(entry) & CUSTOMERS:
                    left[name, entry.period].update(cost(number, [step]))
            held = {(one.record, one.period): one.expenses for all_ in dealership.ledgers().values() for one in all_}
            assert left.keys() <= held.keys()
            assert all(made <= Counter(held[of]) for of, made in left.items())
            for ledger in dealership.ledgers().values():
                assert all(spent(ledger, entry.day) <= YEARLY_EPSILON for entry in ledger)
        world.close()
