"""A training of the propensity model: six rounds over encrypted databases, by the real state machines."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from guildpost_agent.adapters.sql.engine import open_engine as open_agent_engine
from guildpost_agent.adapters.sql.migrate import migrate as migrate_agent
from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_agent.app.answer_round import RoundTicket
from guildpost_agent.app.count_for_study import Setting
from guildpost_agent.app.dealership import SUPPRESSION_KEY
from guildpost_agent.domain.records import Occasion, Outcome, Triage
from guildpost_coordinator.adapters.sql.engine import open_engine
from guildpost_coordinator.adapters.sql.rounds import SqlRounds
from guildpost_coordinator.domain.propensity.training import Memory
from guildpost_coordinator.domain.rounds import Round, RoundState, move
from guildpost_shared.errors import Conflict, Refused
from guildpost_shared.privacy.ledger import spent
from guildpost_shared.secagg.stages import Stage
from guildpost_shared.studies.counted import counted_study
from guildpost_shared.studies.noise import budget_of, expenses_of
from guildpost_shared.studies.propensity.columns import code
from guildpost_shared.studies.propensity.document import NOTHING_LEARNED, PropensityDocument, parse_propensity
from guildpost_shared.studies.propensity.steps import probability
from guildpost_shared.studies.propensity.survey import RANGE_CELLS
from guildpost_shared.studies.propensity.terms import TARGET_PATH
from tests.factories.agent import a_customer, a_job, a_service, a_vehicle
from tests.factories.round_world import KEY, STUDY, ZONE, RoundWorld, a_touchpoint, sent_on
from tests.fakes.seeded_entropy import SeededEntropy

DEALERS = 11
CUSTOMERS = 160
SEATS = 120
COLUMNS = ("service_class", "business", "vehicle_age_months")
TRAINING = counted_study(
    "propensity",
    brand="Arvana",
    services=["hu_au"],
    period_start=STUDY.period_start,
    period_end=STUDY.period_end,
    cap_customers=SEATS,
    epsilon=4.0,
    columns=COLUMNS,
)
HU = a_service("hu_au").learning_class.value


@cache
def history() -> bytes:
    """Write a dealer's history: of 160 customers with a mail every second is a company.

    Of ten companies six book, of ten private customers one; how old the vehicle is makes no difference.
    """
    at = sent_on(TRAINING)
    names = [f"c-{number}" for number in range(CUSTOMERS)]
    sent = [a_touchpoint(f"t-{name}", name, at) for name in names]
    outcomes = [Outcome(f"d:{one.touchpoint_id}", one.touchpoint_id, "delivered", at) for one in sent]
    outcomes += [
        Outcome(f"b:{one.touchpoint_id}", one.touchpoint_id, "booked", at)
        for number, one in enumerate(sent)
        if number // 2 % 10 < (6 if number % 2 else 1)
    ]
    with TemporaryDirectory() as folder:
        engine = open_agent_engine(Path(folder) / "agent.db", KEY)
        migrate_agent(engine)
        with unit_of_work_factory(engine)() as uow:
            uow.records.upsert_customers(
                [a_customer(name, is_business=bool(number % 2)) for number, name in enumerate(names)]
            )
            uow.records.upsert_vehicles(
                [
                    a_vehicle(f"v-{name}", customer_id=name, first_registration=date(2013 + number // 20, 5, 1))
                    for number, name in enumerate(names)
                ]
            )
            uow.records.upsert_jobs([a_job(f"j-{name}", customer_id=name, vehicle_id=f"v-{name}") for name in names])
            uow.plans.replace_occasions(
                [
                    Occasion(
                        t.occasion_id, t.customer_id, t.vehicle_id, "hu_au", t.due_date, "dms", 1.0, Triage.TRUSTED
                    )
                    for t in sent
                ]
            )
            uow.plans.add_touchpoints(sent)
            uow.outcomes.add(outcomes)
            uow.commit()
        engine.dispose()
        return (Path(folder) / "agent.db").read_bytes()


Stages = list[tuple[dict[str, bytes], PropensityDocument]]


def world_of(folder: Path, files: dict[str, bytes], published: PropensityDocument) -> RoundWorld:
    """Open eleven dealers and their coordinator as they were; the training's next round comes."""
    world = RoundWorld(folder, dealers=DEALERS)
    world.engine.dispose()
    for agent in world.agents.values():
        agent.engine.dispose()
    for name, contents in files.items():
        (folder / name).write_bytes(contents)
    restart(world, folder)
    world.study, world.model, world.setting = TRAINING, published, Setting(ZONE, (a_service("hu_au"),))
    return world


def restart(world: RoundWorld, folder: Path) -> None:
    """Restart every program: agents and coordinator."""
    for agent in world.agents.values():
        agent.restart()
    world.engine.dispose()
    world.engine = open_engine(folder / "coordinator.sqlite")
    world.rounds = SqlRounds(world.engine)


def files_of(folder: Path) -> dict[str, bytes]:
    """Read all databases, with what is still in their logs."""
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.name.split(".")[1] in {"db", "sqlite"}}


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Stages:
    """Hold the whole training once; after every round all programs restart and their files are kept."""
    folder = tmp_path_factory.mktemp("training")
    dealers = {f"dealer-{number:02}.db": history() for number in range(DEALERS)}
    world = world_of(folder, dealers, NOTHING_LEARNED)
    kept: Stages = [(files_of(folder), NOTHING_LEARNED)]
    for step in range(1, 7):
        released = hold(world)
        assert (RoundState.RELEASED, DEALERS) == (released.state, released.contributors)
        assert (f"{TRAINING.days}_{step}", step) == (released.period, document(world).version)
        world.close()
        kept.append((files_of(folder), document(world)))
        restart(world, folder)
    world.close()
    return kept


@pytest.fixture
def after(tmp_path: Path, stages: Stages) -> Iterator[Callable[[int], RoundWorld]]:
    """Give the world after so many rounds."""
    opened: list[RoundWorld] = []

    def at(rounds: int) -> RoundWorld:
        opened.append(world_of(tmp_path, *stages[rounds]))
        opened[-1].wall.set(opened[-1].wall.now() + timedelta(days=rounds))
        opened[-1].entropy = SeededEntropy(f"coordinator after {rounds}".encode())
        return opened[-1]

    yield at
    for world in opened:
        world.close()


def announce(world: RoundWorld) -> Round:
    """Announce the training's next round and let everybody see which it is."""
    world.wall.set(world.wall.now() + timedelta(hours=1))
    world.study = TRAINING
    round_ = world.announce()
    world.study = TRAINING.part(round_.period)
    return round_


def hold(world: RoundWorld, *, absent: tuple[str, ...] = ()) -> Round:
    """Hold the training's next round, and publish what it leaves."""
    round_ = announce(world)
    released = world.conduct(round_, world.exchange(round_.round_id, absent=absent))
    world.model = parse_propensity(world.rounds.releases()[0].body)
    return released


def lose(world: RoundWorld) -> None:
    """Announce the next round; it is given up when vectors have left."""
    round_ = move(announce(world), "open")
    world.rounds.save(round_)
    world.rounds.enter(round_, Stage.MASKED_INPUT_COLLECTION, DEALERS, b"journal")
    world.rounds.save(move(round_, "abort", reason="secagg_below_threshold"))


def document(world: RoundWorld) -> PropensityDocument:
    """Give the file in force."""
    assert isinstance(world.model, PropensityDocument)
    return world.model


def chances(published: PropensityDocument) -> list[float]:
    """Score a company and a private customer with a vehicle of six years."""
    model = published.learned
    assert model is not None
    asked = code(
        {"service_class": [HU] * 2, "business": ["yes", "no"], "vehicle_age_months": ["72"] * 2}, model.columns, 2
    )
    return [float(one) for one in probability(model.features.vectors(asked), model.theta)]


def test_six_rounds_learn_who_books_whatever_restarts_in_between(after: Callable[[int], RoundWorld]) -> None:
    world = after(6)
    published = document(world)
    company, private = chances(published)
    assert 0.45 < company < 0.75
    assert 0.02 < private < 0.25
    assert published.learned is not None
    assert ((HU,), COLUMNS, None) == (published.learned.classes, published.learned.columns, published.training)
    assert {TARGET_PATH} == {record.path for record in world.rounds.releases()}
    assert all(b"dealer" not in record.body for record in world.rounds.releases())
    with pytest.raises(Conflict, match="round_exists"):
        announce(world)


def test_whoever_is_seated_is_charged_for_the_whole_training_in_one_entry_and_never_again(
    after: Callable[[int], RoundWorld],
) -> None:
    for rounds in (1, 6):
        with after(rounds).agents["dealer-04"].open_uow() as uow:
            ledgers = uow.rounds.ledgers()
        assert SEATS == len(ledgers)
        (entry,) = next(iter(ledgers.values()))
        assert (TRAINING.days, expenses_of(TRAINING)) == (entry.period, entry.expenses)
        assert 3.9 < spent(frozenset({entry}), entry.day) <= 4


def test_the_first_round_counts_the_seats_and_later_ones_those_who_are_still_here(
    after: Callable[[int], RoundWorld],
) -> None:
    world, budget = after(0), budget_of(TRAINING)
    hold(world)
    inflation = float(world.results[0].noise)
    assert abs(world.results[0].sum[0] - DEALERS * SEATS) < 6 * float(np.sqrt(budget.survey * inflation))
    for agent in world.agents.values():
        with agent.open_uow() as uow:
            uow.documents.put(SUPPRESSION_KEY, KEY)
            uow.rights.erase(sorted(uow.rounds.ledgers())[:60], KEY)
            uow.commit()
    hold(world)
    counted = int(world.results[1].sum.sum())  # one column of numbers: everybody is in one of its cells
    assert abs(counted - DEALERS * (SEATS - 60)) < 6 * float(np.sqrt(budget.ranges * inflation * RANGE_CELLS))
    with world.agents["dealer-00"].open_uow() as uow:
        assert SEATS == len(uow.rounds.ledgers())


def test_a_dealership_that_missed_the_first_round_adds_noise_alone(after: Callable[[int], RoundWorld]) -> None:
    world = after(0)
    assert DEALERS - 1 == hold(world, absent=("dealer-07",)).contributors
    assert DEALERS == hold(world).contributors
    with world.agents["dealer-07"].open_uow() as uow:
        assert ({}, set()) == (uow.rounds.ledgers(), uow.rounds.contributed("propensity", "2027-Q1"))
        assert [f"{TRAINING.days}_2"] == [period for _, _, period, _ in uow.rounds.all()]


def test_under_other_terms_nobody_is_found_seated(after: Callable[[int], RoundWorld]) -> None:
    with after(1).agents["dealer-00"].open_uow() as uow:
        ((entry, *_), *_) = uow.rounds.ledgers().values()
        assert SEATS == len(uow.rounds.seated(entry))
        cheaper = replace(TRAINING, epsilon=3.0)
        for other in (
            replace(entry, expenses=expenses_of(cheaper)),
            replace(entry, brand="skoda"),
            replace(entry, period="2027-04-01_2027-06-30"),
        ):
            assert set() == uow.rounds.seated(other)


def test_a_second_training_of_the_quarter_finds_nobody_who_was_seated(after: Callable[[int], RoundWorld]) -> None:
    world = after(1)
    again = replace(TRAINING, version=2, period_start=TRAINING.period_start + timedelta(days=1))
    world.study, world.model = again.parts[0], NOTHING_LEARNED
    round_ = world.announce()
    world.conduct(round_, world.exchange(round_.round_id))
    with world.agents["dealer-00"].open_uow() as uow:
        assert CUSTOMERS == len(uow.rounds.ledgers())
        assert {1} == {len(ledger) for ledger in uow.rounds.ledgers().values()}


def test_a_round_of_learning_that_was_lost_costs_its_slope_alone(after: Callable[[int], RoundWorld]) -> None:
    world = after(3)
    lose(world)
    assert f"{TRAINING.days}_5" == hold(world).period
    lose(world)
    with pytest.raises(Conflict, match="round_exists"):
        announce(world)
    company, private = chances(document(world))
    assert private < 0.3 < company


@pytest.mark.parametrize("held", [0, 1, 2], ids=["the survey", "the ranges", "the first step"])
def test_a_training_whose_beginning_was_lost_has_failed(after: Callable[[int], RoundWorld], held: int) -> None:
    world = after(held)
    lose(world)
    with pytest.raises(Refused, match="training_failed") as caught:
        announce(world)
    assert held + 1 == caught.value.params["step"]


def test_where_hardly_anybody_answered_nothing_is_learned(after: Callable[[int], RoundWorld]) -> None:
    world, nobody = after(0), replace(TRAINING, services=("inspection",))
    world.study = nobody
    round_ = world.announce()
    world.study = nobody.part(round_.period)
    with pytest.raises(Refused, match="training_too_few_answers"):
        world.conduct(round_, world.exchange(round_.round_id))
    assert ("training_too_few_answers", []) == (world.rounds.all()[0].reason, world.rounds.releases())
    world.study = nobody
    with pytest.raises(Refused, match="training_failed"):
        world.announce()


def test_the_next_round_is_announced_once_the_one_before_has_ended(after: Callable[[int], RoundWorld]) -> None:
    world = after(2)
    announce(world)
    with pytest.raises(Conflict, match="training_under_way"):
        announce(world)


def test_a_file_that_was_taken_back_ends_the_round_before_anybody_is_charged(
    after: Callable[[int], RoundWorld],
) -> None:
    world = after(1)
    published, world.model = world.model, NOTHING_LEARNED
    with pytest.raises(Refused, match="training_out_of_step"):
        hold(world)
    assert (RoundState.ABORTED, True) == (world.rounds.all()[0].state, world.rounds.all()[0].may_be_repeated)
    world.model = published
    assert f"{TRAINING.days}_2" == hold(world).period


def test_an_agent_refuses_a_round_that_its_file_does_not_ask_and_charges_nothing(
    after: Callable[[int], RoundWorld],
) -> None:
    world = after(0)
    ticket = RoundTicket("round-1", TRAINING.parts[3], world.net.roster, "dealer-00", model=NOTHING_LEARNED)
    desk = world.agents["dealer-00"].desk(ticket, world)
    with pytest.raises(Refused, match="training_out_of_step"):
        desk.answer(b"whatever")
    with world.agents["dealer-00"].open_uow() as uow:
        assert [] == uow.rounds.all()


def test_what_the_coordinator_holds_between_rounds_is_no_sum_and_belongs_to_the_file(
    after: Callable[[int], RoundWorld],
) -> None:
    world = after(3)
    held = world.rounds.belief("propensity")
    assert isinstance(held, Memory)
    assert document(world).sha256 == held.published
    assert held.believed is not None
    learned = document(world).learned
    assert learned is not None
    assert learned.theta.tolist() == held.believed.theta.tolist()
