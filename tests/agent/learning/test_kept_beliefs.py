"""Plans of few households go by what the last plan of everybody made of the dealership's own outcomes."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from pathlib import Path

import numpy as np
import pytest

from guildpost_agent.app.dealership import load_dealership
from guildpost_agent.app.final_outcomes import Past, first_visit
from guildpost_agent.app.kept_beliefs import LONGEST, forget_beliefs
from guildpost_agent.app.learn_times import learn_times
from guildpost_agent.app.ports.unit_of_work import ImportReport, UnitOfWork
from guildpost_agent.app.taught import Taught
from guildpost_agent.domain.records import Channel, Outcome, Touchpoint
from guildpost_shared.learning.document import PublishedModel
from tests.factories.agent import KEY, NOW, TODAY, a_config, a_customer, a_job, a_service, a_vehicle, open_store
from tests.factories.dated import past_of
from tests.factories.network_models import a_model

SERVICES = {"hu_au": a_service("hu_au")}
MODEL = a_model(strength=0.3, variance=0.05)
LATER = NOW + timedelta(days=2)


def past(count: int = 60) -> Past:
    """Give reminders of a customer, of which every third one was booked on."""
    touchpoints, outcomes = [], []
    for number in range(count):
        day, name = TODAY - timedelta(days=60 + number), f"t{number}"
        at = datetime.combine(day, time(10), NOW.tzinfo)
        due, of = day + timedelta(days=30), ("1", "V1", "hu_au", 1, Channel.EMAIL)
        touchpoints.append(Touchpoint(name, f"o{number}", *of, at, at, due, 30, 1, 10, "explore", "sent"))
        outcomes.append(Outcome(f"{name}:d", name, "delivered", at))
        if number % 3 == 0:
            outcomes.append(Outcome(f"{name}:b", name, "booked", at + timedelta(days=1)))
    return past_of(touchpoints, outcomes)


@pytest.fixture
def uow(tmp_path: Path) -> Iterator[UnitOfWork]:
    with open_store(tmp_path)() as opened:
        opened.records.upsert_customers([a_customer()])
        opened.records.upsert_vehicles([a_vehicle()])
        opened.records.upsert_jobs([a_job()])
        opened.imports.start("i", NOW)
        opened.imports.finish(ImportReport("i", NOW, "done", 1, 1, 0, {}))
        yield opened


def believed(
    uow: UnitOfWork, count: int, *, everybody: bool, now: datetime = NOW, model: PublishedModel = MODEL
) -> list[float]:
    """Give what a plan believes about the dealership's own deviations."""
    house = load_dealership(
        uow, SERVICES.values(), None if everybody else [], visits_since=first_visit(now.date()) if everybody else None
    )
    learned = Taught({"": model})
    learning = learn_times(
        uow, learned, house, SERVICES, a_config(), lambda: past(count), now=now, key=KEY, everybody=everybody
    )
    own = learning.times[""].own
    return [*own.mean.ravel().tolist(), *own.root.ravel().tolist()]


def test_a_plan_of_few_believes_what_the_last_plan_of_everybody_did(uow: UnitOfWork) -> None:
    last = believed(uow, 60, everybody=True)
    assert last == believed(uow, 120, everybody=False, now=LATER)
    assert last != believed(uow, 120, everybody=True, now=LATER)


def test_the_next_plan_of_everybody_works_it_out_anew(uow: UnitOfWork) -> None:
    believed(uow, 60, everybody=True)
    newer = believed(uow, 120, everybody=True)
    assert newer == believed(uow, 60, everybody=False)


def test_a_plan_of_few_that_is_the_first_reads_everybodys_records(uow: UnitOfWork) -> None:
    few = believed(uow, 60, everybody=False)
    assert np.abs(few).max() > 0
    assert few == believed(uow, 60, everybody=True)


@pytest.mark.parametrize(
    ("now", "model"),
    [
        pytest.param(LATER, a_model(strength=0.4, variance=0.05), id="another model"),
        pytest.param(NOW + LONGEST, MODEL, id="everybody was planned for long ago"),
        pytest.param(NOW - timedelta(days=1), MODEL, id="the clock stands before the day it was worked out"),
    ],
)
def test_what_is_kept_does_not_outlive_what_it_was_worked_out_for(
    uow: UnitOfWork, now: datetime, model: PublishedModel
) -> None:
    believed(uow, 60, everybody=True)
    few = believed(uow, 120, everybody=False, now=now, model=model)
    assert few == believed(uow, 120, everybody=True, now=now, model=model)


def test_what_is_forgotten_is_worked_out_anew(uow: UnitOfWork) -> None:
    believed(uow, 60, everybody=True)
    forget_beliefs(uow)
    few = believed(uow, 120, everybody=False)
    assert few == believed(uow, 120, everybody=True)
