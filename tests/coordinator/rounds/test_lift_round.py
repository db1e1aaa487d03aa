"""A round of another kind through the same machinery: lift, of encrypted databases, by the real state machines."""

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from guildpost_agent.app.count_for_study import Setting
from guildpost_agent.app.ports.unit_of_work import ImportReport, UnitOfWork
from guildpost_agent.domain.records import Decision, Occasion, Triage
from guildpost_shared.privacy.accountant import Expense
from guildpost_shared.privacy.sensitivity import of_increments
from guildpost_shared.studies.coordinates import Integers
from guildpost_shared.studies.counted import counted_study
from guildpost_shared.studies.layouts import layout_of
from guildpost_shared.studies.noise import promised_variance, summed_variance
from guildpost_shared.studies.release import parse_release
from tests.factories.agent import a_job, a_service
from tests.factories.round_world import CUSTOMERS, STUDY, ZONE, RoundWorld, sent_on

LIFT = counted_study(
    "lift",
    brand="Arvana",
    services=["hu_au"],
    period_start=STUDY.period_start,
    period_end=STUDY.period_end,
    epsilon=3.0,
)
DEALERS, HELD_OUT, CAME, CAME_UNASKED = 11, 12, 15, 2
TRUTH = {
    "hu_au/treated/planned": DEALERS * CUSTOMERS,
    "hu_au/treated/came": DEALERS * CAME,
    "hu_au/held_out/planned": DEALERS * HELD_OUT,
    "hu_au/held_out/came": DEALERS * CAME_UNASKED,
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[RoundWorld]:
    """Beside the thirty customers that every dealer wrote to: twelve of the control group; some of both came."""
    world = RoundWorld(tmp_path, dealers=DEALERS)
    world.study, world.setting = LIFT, Setting(ZONE, (a_service("hu_au"),))
    for agent in world.agents.values():
        with agent.open_uow() as uow:
            _hold_out(uow)
            uow.imports.start("i", datetime(2027, 6, 1, 6, tzinfo=UTC))
            uow.imports.finish(ImportReport("i", datetime(2027, 6, 1, 6, tzinfo=UTC), "done", 1, 1, 0, {}))
            for customer in (*(f"c-{n}" for n in range(CAME)), *(f"h-{n}" for n in range(CAME_UNASKED))):
                job = a_job(f"j-{customer}", customer_id=customer, vehicle_id=f"v-{customer}")
                uow.records.upsert_jobs([replace(job, kind="hu", order_date=date(2027, 4, 1))])
            uow.commit()
    yield world
    world.close()


def _hold_out(uow: UnitOfWork) -> None:
    planned = sent_on(LIFT)
    names = [f"h-{number}" for number in range(HELD_OUT)]
    due = planned.date() + timedelta(days=40)
    occasions = [Occasion(f"o-{one}", one, f"v-{one}", "hu_au", due, "dms", 1.0, Triage.TRUSTED) for one in names]
    uow.plans.replace_occasions(occasions, [f"v-{one}" for one in names])
    facts = {"channel": "email", "planned_on": planned.date().isoformat()}
    uow.plans.record_decisions([Decision(f"o-{one}", planned, False, "HOLDOUT", {**facts}) for one in names])


def _counts(total: Integers) -> dict[str, int]:
    return dict(zip(layout_of(LIFT).names, total.tolist(), strict=True))


def test_without_noise_the_sum_is_exactly_who_came_of_both_arms(
    world: RoundWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guildpost_shared.studies.noise.with_noise_share", lambda counts, *_args, **_named: counts)
    round_ = world.announce()
    assert DEALERS == world.conduct(round_, world.exchange(round_.round_id)).contributors
    assert _counts(world.results[-1].sum) == TRUTH


def test_with_noise_the_release_shows_both_rates_and_their_difference(world: RoundWorld) -> None:
    round_ = world.announce()
    world.conduct(round_, world.exchange(round_.round_id))
    counts = _counts(world.results[-1].sum)
    noise = np.array([counts[name] - TRUTH[name] for name in TRUTH])
    variance = summed_variance(LIFT, world.results[-1].noise)
    assert 0 < np.abs(noise).max() <= 6 * math.sqrt(variance)
    (record,) = world.rounds.releases()
    release = parse_release(record.body)
    (table,) = release.tables
    treated, held_out = table.row("treated"), table.row("held_out")
    assert ("lift", "hu_au", "came") == (release.kind, table.about, table.measure)
    assert treated is not None
    assert held_out is not None
    assert table.lift is not None
    assert treated.low <= CAME / CUSTOMERS <= treated.high
    assert held_out.low <= CAME_UNASKED / HELD_OUT <= held_out.high
    assert 0 < table.lift.low <= CAME / CUSTOMERS - CAME_UNASKED / HELD_OUT <= table.lift.high


def test_customers_of_both_arms_are_marked_once_and_charged_what_the_kind_costs(world: RoundWorld) -> None:
    round_ = world.announce()
    world.conduct(round_, world.exchange(round_.round_id))
    for agent in world.agents.values():
        with agent.open_uow() as uow:
            marked, ledgers = uow.rounds.contributed("lift", "2027-Q1"), uow.rounds.ledgers()
        expected = {f"c-{n}" for n in range(CUSTOMERS)} | {f"h-{n}" for n in range(HELD_OUT)}
        assert expected == marked == ledgers.keys()
        (entry,) = ledgers["h-0"]
        assert (Expense(of_increments(2), promised_variance(LIFT)),) == entry.expenses


def test_whoever_was_counted_for_another_study_is_still_free_for_this_one(world: RoundWorld, tmp_path: Path) -> None:
    """Two studies of one quarter, four a year each at ε = 1: the ledger adds them up, the marks keep them apart."""
    small = replace(STUDY, epsilon=0.5), replace(LIFT, epsilon=0.5)
    for number, study in enumerate(small):
        world.use(study, tmp_path / str(number))
        round_ = world.announce()
        world.conduct(round_, world.exchange(round_.round_id))
    with world.agents["dealer-00"].open_uow() as uow:
        assert {2} == {len(ledger) for one, ledger in uow.rounds.ledgers().items() if one.startswith("c-")}
