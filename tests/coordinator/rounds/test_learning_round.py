"""Rounds that learn when to write: of encrypted databases, by the real state machines, into a model and a belief."""

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from guildpost_agent.app.count_for_study import Setting
from guildpost_agent.domain.learning.reading import Recipient, learned_class, reminders_of, sent_of
from guildpost_coordinator.domain.learning.filter import Belief
from guildpost_coordinator.domain.rounds import Round, RoundState
from guildpost_shared.errors import Refused
from guildpost_shared.learning.blocks import DIMENSION
from guildpost_shared.learning.document import NEUTRAL, TARGET_PATH, PublishedModel, parse_model
from guildpost_shared.learning.model import NetworkModel
from guildpost_shared.learning.vector import customer_rows
from guildpost_shared.studies.coordinates import Integers
from guildpost_shared.studies.counted import counted_study
from guildpost_shared.studies.layouts import layout_of
from guildpost_shared.studies.noise import summed_variance
from guildpost_shared.studies.when_to_write import CustomerRow
from tests.factories.agent import a_customer, a_job, a_service, a_vehicle
from tests.factories.round_world import CUSTOMERS, STUDY, ZONE, RoundWorld, a_touchpoint, sent_on
from tests.fakes.seeded_entropy import SeededEntropy

DEALERS = 11
SERVICE = a_service("hu_au")
LEARNING = counted_study(
    "when-to-write",
    brand="Arvana",
    services=["hu_au"],
    period_start=date(2027, 1, 4),
    period_end=date(2027, 3, 28),
    epsilon=4.0,
)
WITH_MAILS = [part for part in LEARNING.parts if part.period_start <= sent_on(STUDY).date() <= part.period_end]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[RoundWorld]:
    """Every dealer wrote to thirty private customers in January and in March; they came last in 2026."""
    world = RoundWorld(tmp_path, dealers=DEALERS)
    world.model, world.setting = NEUTRAL, Setting(ZONE, (SERVICE,))
    world.study = LEARNING.parts[0]
    for agent in world.agents.values():
        with agent.open_uow() as uow:
            names = [f"c-{number}" for number in range(CUSTOMERS)]
            uow.records.upsert_customers([a_customer(name) for name in names])
            built = date(2018, 5, 1)
            vehicles = [a_vehicle(f"v-{name}", customer_id=name, first_registration=built) for name in names]
            uow.records.upsert_vehicles(vehicles)
            uow.records.upsert_jobs([a_job(f"j-{name}", customer_id=name, vehicle_id=f"v-{name}") for name in names])
            uow.commit()
    yield world
    world.close()


def expected(model: NetworkModel, at: datetime) -> Integers:
    """Compute what eleven dealers' customers add up to: mails on Tuesday at ten, a third of them booked."""
    learning_class = learned_class(SERVICE)
    assert learning_class is not None
    local, who = at.astimezone(ZONE), Recipient(business=0, age=2, loyal=1)
    sent = [
        sent_of(a_touchpoint("t", "c", at), learning_class, who, local, answered=number % 3 == 0)
        for number in range(CUSTOMERS)
    ]
    rows = [CustomerRow(*pair) for pair in zip(*customer_rows(reminders_of(sent), model), strict=True)]
    return DEALERS * layout_of(LEARNING).encode(rows, cap=100, entropy=SeededEntropy(b""))


def hold(world: RoundWorld) -> Round:
    """Announce and conduct a round with everybody, an hour after the last."""
    world.wall.set(world.wall.now() + timedelta(hours=1))
    round_ = world.announce()
    return world.conduct(round_, world.exchange(round_.round_id))


def test_the_sum_of_a_round_is_what_the_customers_say_plus_the_promised_noise(world: RoundWorld) -> None:
    released = hold(world)
    assert (RoundState.RELEASED, DEALERS) == (released.state, released.contributors)
    result = world.results[0]
    noise = result.sum - expected(NEUTRAL.model, sent_on(world.study))
    deviation = math.sqrt(summed_variance(world.study, result.noise))
    assert 0.9 * deviation < float(noise.std()) < 1.1 * deviation
    assert float(np.abs(noise).max()) < 6 * deviation


def test_a_round_leaves_a_model_of_its_own_place_and_what_is_believed(world: RoundWorld) -> None:
    hold(world)
    (record,) = world.rounds.releases()
    assert (TARGET_PATH, "2027-01-04_2027-01-17") == (record.path, record.period)
    published, belief = parse_model(record.body), world.rounds.belief(LEARNING.study_id)
    assert (1, world.business.now().date()) == (published.version, published.learned_on)
    assert isinstance(belief, Belief)
    assert np.abs(published.model.theta - belief.theta).max() < 1e-6
    assert published.model.theta.any()
    assert b"dealer" not in record.body


def test_the_next_round_moves_the_model_on(world: RoundWorld) -> None:
    hold(world)
    world.model = parse_model(world.rounds.releases()[0].body)
    world.study = WITH_MAILS[0]
    hold(world)
    assert [2, 1] == [parse_model(record.body).version for record in world.rounds.releases()]


def test_a_round_is_scored_under_the_published_model(world: RoundWorld) -> None:
    moved = NetworkModel(np.full(DIMENSION, 0.5), np.ones(DIMENSION))
    world.model, world.study = PublishedModel(1, date(2027, 1, 1), moved), WITH_MAILS[0]
    hold(world)
    noise = world.results[0].sum - expected(moved, sent_on(STUDY))
    deviation = math.sqrt(summed_variance(world.study, world.results[0].noise))
    assert float(np.abs(noise).max()) < 6 * deviation < float(np.abs(noise + expected(moved, sent_on(STUDY))).max())


def test_who_holds_another_model_is_left_out_and_the_others_sum_is_whole(world: RoundWorld) -> None:
    round_ = world.announce()
    stale = world.agents["dealer-03"].desk(world.ticket(round_.round_id, "dealer-03"), world)
    world.model = replace(NEUTRAL, version=4)
    released = world.conduct(round_, world.exchange(round_.round_id, handlers={"dealer-03": stale.answer}))
    assert (RoundState.RELEASED, DEALERS - 1) == (released.state, released.contributors)


def test_a_customer_counts_once_a_quarter_over_all_rounds(world: RoundWorld) -> None:
    hold(world)
    with world.agents["dealer-00"].open_uow() as uow:
        assert CUSTOMERS == len(uow.rounds.contributed(LEARNING.study_id, "2027-Q1"))
    world.model = parse_model(world.rounds.releases()[0].body)
    world.study = WITH_MAILS[0]
    hold(world)
    noise = world.results[1].sum
    deviation = math.sqrt(summed_variance(world.study, world.results[1].noise))
    assert float(np.abs(noise).max()) < 6 * deviation


def test_who_takes_the_model_back_lets_learning_begin_anew(world: RoundWorld) -> None:
    hold(world)
    world.study = WITH_MAILS[0]
    hold(world)  # the model is not in force: NEUTRAL again
    assert [1, 1] == [parse_model(record.body).version for record in world.rounds.releases()]


def test_a_part_of_the_study_has_its_round_the_first_that_was_not_held(world: RoundWorld) -> None:
    world.study = LEARNING
    periods = [world.announce().period for _ in LEARNING.parts]
    assert [part.period for part in LEARNING.parts] == periods


def test_a_part_whose_outcomes_are_not_final_has_no_round_yet(world: RoundWorld) -> None:
    world.study = LEARNING
    world.business.set(datetime(2027, 2, 21, tzinfo=UTC))
    with pytest.raises(Refused, match="study_not_ripe"):
        world.announce()
    world.business.set(datetime(2027, 2, 22, tzinfo=UTC))
    assert world.announce().period == LEARNING.parts[0].period
