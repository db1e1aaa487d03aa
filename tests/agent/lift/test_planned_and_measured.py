"""From the real planner's decisions to the verdict: the control group is measured over the same days as the others."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from guildpost_agent.app.measure_lift import Measured, measure_lift
from guildpost_agent.app.plan_touchpoints import plan_touchpoints
from guildpost_agent.app.ports.unit_of_work import ImportReport, OpenUnitOfWork
from guildpost_agent.domain.lift.control import ControlGroup
from guildpost_agent.domain.lift.verdicts import Verdict
from guildpost_agent.domain.records import Channel
from tests.factories.agent import (
    KEY,
    NOW,
    a_config,
    a_consent,
    a_customer,
    a_job,
    a_service,
    a_vehicle,
    open_store,
)

CUSTOMERS = [str(number) for number in range(1, 1_401)]
HELD_OUT = {one for one in CUSTOMERS if ControlGroup(KEY).holds(one, "hu_au")}
CONFIG = a_config(figures={"weekly_budget_cents": 0, "workshop_places_per_day": 0, "hourly_rate_cents": 1})
SERVICE = a_service("hu_au")
LATER = NOW + timedelta(days=120)


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> OpenUnitOfWork:
    """A dealership whose customers are all due in the same month; every other one has an e-mail permission."""
    folder: Path = tmp_path_factory.mktemp("planned")
    store = open_store(folder)
    with store() as uow:
        uow.records.upsert_customers([a_customer(one) for one in CUSTOMERS])
        uow.records.upsert_vehicles(
            [a_vehicle(f"V{one}", customer_id=one, next_service=date(2028, 9, 1)) for one in CUSTOMERS]
        )
        uow.records.upsert_jobs([a_job(f"J{one}", customer_id=one, vehicle_id=f"V{one}") for one in CUSTOMERS])
        uow.consents.append([a_consent(one) for one in CUSTOMERS[::2]])
        uow.commit()
    plan_touchpoints(store, [SERVICE], CONFIG, NOW, KEY, horizon_days=90)
    return store


def measured(store: OpenUnitOfWork, comes: Callable[[str], bool], day: date) -> Measured:
    """Let some customers come on a day and nobody else, and measure when all windows are over."""
    with store() as uow:
        cards = (a_job(f"H{one}", customer_id=one, vehicle_id=f"V{one}", order_date=day) for one in CUSTOMERS)
        uow.records.upsert_jobs([replace(card, kind="hu" if comes(card.customer_id) else "other") for card in cards])
        if uow.imports.latest() is None:
            uow.imports.start("later", LATER)
            uow.imports.finish(ImportReport("later", LATER, "done", 1, 1, 0, {}))
        uow.commit()
    return measure_lift(store, [SERVICE], CONFIG, LATER, KEY)


def test_everybody_is_in_one_arm_and_nobody_is_left_out(planned: OpenUnitOfWork) -> None:
    lift = measured(planned, lambda _: False, date(2027, 3, 20)).lifts["hu_au", None]
    assert (len(CUSTOMERS) - len(HELD_OUT), len(HELD_OUT)) == (lift.treated.customers, lift.held_out.customers)


def test_an_effect_is_found_where_there_is_one(planned: OpenUnitOfWork) -> None:
    found = measured(planned, lambda one: one not in HELD_OUT, date(2027, 3, 20))
    assert (Verdict.MORE, 0) == (found.lifts["hu_au", None].verdict, found.unplaced)


@pytest.mark.parametrize("channel", [None, *Channel])
@pytest.mark.parametrize("day", [date(2027, 3, 8), date(2027, 3, 20), date(2027, 4, 12)])
def test_where_everybody_would_have_come_anyway_nothing_is_claimed(
    planned: OpenUnitOfWork, day: date, channel: Channel | None
) -> None:
    lift = measured(planned, lambda _: True, day).lifts["hu_au", channel]
    assert Verdict.NOT_YET_KNOWN == lift.verdict
    assert 0 < lift.treated.rate
    assert 0.0 in lift.interval
