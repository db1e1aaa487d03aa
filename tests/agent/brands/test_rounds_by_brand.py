"""Rounds of several brands: each counts its own messages, charges its own period, and a customer is counted once."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from guildpost_agent.app.answer_round import RoundDesk, RoundTicket
from guildpost_agent.domain.contributions import quarter_of
from guildpost_agent.domain.records import Occasion, Outcome, Triage
from guildpost_shared.errors import Refused
from guildpost_shared.privacy.accountant import Expense, variance_for
from guildpost_shared.privacy.ledger import YEARLY_DELTA
from guildpost_shared.privacy.sensitivity import of_increments
from tests.factories.agent import an_entry
from tests.factories.round_world import CUSTOMERS, STUDY, RoundWorld, a_touchpoint, sent_on

AGENT = "agent-00"
QUARTER = quarter_of(STUDY.period_start)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[RoundWorld]:
    """Give a dealer who wrote to thirty customers for the first brand, and to two for another, one of them new."""
    world = RoundWorld(tmp_path)
    theirs = [a_touchpoint(f"s-{name}", name, sent_on(STUDY), service_id="skoda-hu_au") for name in ("c-0", "c-new")]
    with world.agents[agent_of(world)].open_uow() as uow:
        uow.plans.replace_occasions(
            [
                Occasion(
                    t.occasion_id, t.customer_id, t.vehicle_id, t.service_id, t.due_date, "dms", 1.0, Triage.TRUSTED
                )
                for t in theirs
            ],
            {t.vehicle_id for t in theirs},
        )
        uow.plans.add_touchpoints(theirs)
        uow.outcomes.add([Outcome(f"d:{t.touchpoint_id}", t.touchpoint_id, "delivered", t.planned_at) for t in theirs])
        uow.commit()
    yield world
    world.close()


def agent_of(world: RoundWorld) -> str:
    return min(world.agents)


def sit_down(world: RoundWorld, brand: str, round_id: str = "round-1", epsilon: float = 1.0) -> RoundDesk:
    agent = agent_of(world)
    study = replace(STUDY, epsilon=epsilon)
    return world.agents[agent].desk(RoundTicket(round_id, study, world.net.roster, agent, brand), world)


def contribute(world: RoundWorld, desk: RoundDesk) -> None:
    """Make the desk's vector and keep what it charged, as one answer does."""
    with world.agents[agent_of(world)].open_uow() as uow:
        desk._vector(uow, 11)
        uow.commit()


def counted(world: RoundWorld) -> set[str]:
    with world.agents[agent_of(world)].open_uow() as uow:
        return uow.rounds.contributed(STUDY.study_id, QUARTER)


def test_a_brands_study_counts_what_was_sent_for_that_brand(world: RoundWorld) -> None:
    contribute(world, sit_down(world, "skoda"))
    assert {"c-0", "c-new"} == counted(world)


def test_rounds_of_one_name_are_charged_apart_and_a_customer_is_counted_once_in_a_quarter(world: RoundWorld) -> None:
    contribute(world, sit_down(world, ""))
    assert CUSTOMERS == len(counted(world))
    contribute(world, sit_down(world, "skoda"))
    with pytest.raises(Refused, match="round_already_contributed"):
        contribute(world, sit_down(world, "skoda", "round-2"))
    with world.agents[agent_of(world)].open_uow() as uow:
        ledgers = uow.rounds.ledgers()
    assert CUSTOMERS + 1 == len(ledgers)
    assert {1} == {len(ledger) for ledger in ledgers.values()}
    assert {"": CUSTOMERS, "skoda": 1} == Counter(entry.brand for ledger in ledgers.values() for entry in ledger)


def test_whose_year_is_used_up_by_one_brand_is_left_out_by_the_other(world: RoundWorld) -> None:
    with world.agents[agent_of(world)].open_uow() as uow:
        dear = Expense(of_increments(64), variance_for(3.9, YEARLY_DELTA, of_increments(64)))
        spent = an_entry("c-new", study_id="another-study", day=STUDY.period_end, expenses=(dear,))
        uow.rounds.mark_contributed(QUARTER, [spent], 3.9)
        uow.commit()
    contribute(world, sit_down(world, "skoda"))
    assert {"c-0"} == counted(world)
