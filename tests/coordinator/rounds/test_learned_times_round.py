"""Do learned times help? A round of eleven encrypted databases by the real state machines, to its release."""

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from guildpost_agent.app.count_for_study import Setting
from guildpost_agent.app.planning_state import KEY as KEY_DOCUMENT
from guildpost_agent.app.ports.unit_of_work import ImportReport, UnitOfWork
from guildpost_agent.domain.records import Occasion, Triage
from guildpost_shared.privacy.accountant import Expense
from guildpost_shared.privacy.sensitivity import of_increments
from guildpost_shared.studies.counted import counted_study
from guildpost_shared.studies.layouts import layout_of
from guildpost_shared.studies.noise import promised_variance
from guildpost_shared.studies.release import parse_release
from tests.factories.agent import KEY, a_job, a_service
from tests.factories.round_world import ZONE, RoundWorld, a_touchpoint

STUDY = counted_study(
    "learned-times",
    brand="Arvana",
    services=["hu_au", "inspection"],
    period_start=date(2027, 1, 1),
    period_end=date(2027, 3, 31),
    epsilon=3.0,
)
DEALERS = 11
SIDES = {"learned": (36, 18), "default": (8, 2)}
"""By arm: how many customers of hu_au each dealer wrote to, and how many of them came."""
TRUTH = {
    "hu_au/learned/planned": DEALERS * 36,
    "hu_au/learned/came": DEALERS * 18,
    "hu_au/recommended/planned": DEALERS * 8,
    "hu_au/recommended/came": DEALERS * 2,
}
WRITTEN = datetime(2027, 3, 9, 9, 30, tzinfo=UTC)
LATER = datetime(2027, 9, 20, 6, tzinfo=UTC)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[RoundWorld]:
    world = RoundWorld(tmp_path, dealers=DEALERS)
    world.study, world.setting = STUDY, Setting(ZONE, (a_service("hu_au"), a_service("inspection")))
    world.business.set(LATER)
    for agent in world.agents.values():
        with agent.open_uow() as uow:
            uow.documents.put(KEY_DOCUMENT, KEY)
            _write(uow)
            uow.imports.start("i", LATER)
            uow.imports.finish(ImportReport("i", LATER, "done", 1, 1, 0, {}))
            _let_come(uow)
            uow.commit()
    yield world
    world.close()


def _customer(arm: str, number: int) -> str:
    return f"{arm}-{number}"


def _write(uow: UnitOfWork) -> None:
    """Write to both sides; those of before the first model, whom every database holds, belong to neither."""
    model = ({"code": "lead_learned", "model": 3},)
    names = [(arm, _customer(arm, number)) for arm, (planned, _) in SIDES.items() for number in range(planned)]
    messages = [a_touchpoint(f"t-{name}", name, WRITTEN, arm=arm, reasons=model) for arm, name in names]
    about = [(t.occasion_id, t.customer_id, t.vehicle_id, t.service_id, t.due_date) for t in messages]
    uow.plans.replace_occasions([Occasion(*one, "dms", 1.0, Triage.TRUSTED) for one in about], [])
    uow.plans.add_touchpoints(messages)


def _let_come(uow: UnitOfWork) -> None:
    day = WRITTEN.date() + timedelta(days=30)
    for arm, (_, came) in SIDES.items():
        for number in range(came):
            name = _customer(arm, number)
            job = a_job(f"j-{name}", customer_id=name, vehicle_id=f"v-{name}", order_date=day, kind="hu")
            uow.records.upsert_jobs([job])


def test_without_noise_the_sum_is_exactly_who_came_of_both_sides(
    world: RoundWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guildpost_shared.studies.noise.with_noise_share", lambda counts, *_args, **_named: counts)
    round_ = world.announce()
    assert DEALERS == world.conduct(round_, world.exchange(round_.round_id)).contributors
    total = zip(layout_of(STUDY).names, world.results[-1].sum.tolist(), strict=True)
    assert TRUTH == {name: n for name, n in total if n}


def test_the_release_says_the_difference_with_its_interval_and_each_customer_is_charged_once(world: RoundWorld) -> None:
    round_ = world.announce()
    world.conduct(round_, world.exchange(round_.round_id))
    counts = dict(zip(layout_of(STUDY).names, world.results[-1].sum.tolist(), strict=True))
    noise = np.array([n - TRUTH.get(name, 0) for name, n in counts.items()])
    assert 0 < np.abs(noise).max() <= 6 * math.sqrt(2 * promised_variance(STUDY))
    (record,) = world.rounds.releases()
    release = parse_release(record.body)
    together, hu_au, inspection = release.tables
    assert ("learned-times", "every_service") == (release.kind, together.about)
    assert hu_au.lift is not None
    assert together.lift == hu_au.lift, "of the other service nobody was written to: it is covered, and left out"
    assert inspection.lift is None
    assert 0 < hu_au.lift.low <= 18 / 36 - 2 / 8 <= hu_au.lift.high
    with world.agents["dealer-00"].open_uow() as uow:
        marked, ledgers = uow.rounds.contributed("learned-times", "2027-Q1"), uow.rounds.ledgers()
    everybody = {_customer(arm, number) for arm, (planned, _) in SIDES.items() for number in range(planned)}
    assert everybody == marked == ledgers.keys()
    (entry,) = ledgers[_customer("default", 0)]
    assert (Expense(of_increments(2), promised_variance(STUDY)),) == entry.expenses
