"""What is left to spend and to serve, when a plan is made again."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from guildpost_agent.app.allowance import allowance_of
from guildpost_agent.domain.records import Channel, Occasion, Touchpoint, Triage
from guildpost_agent.domain.workshop_days import PLACE
from tests.factories.agent import NOW, a_config, a_customer, a_vehicle, open_store
from tests.factories.standard_services import standard_services

SERVICES = {service.service_id: service for service in standard_services()}
MET = date(2027, 3, 10)


@pytest.mark.parametrize(
    ("weekly", "expected"),
    [
        pytest.param(0, None, id="none is set"),
        pytest.param(1, 2, id="a cent a week is two for a fortnight"),
        pytest.param(50_000, 100_000, id="five hundred euros a week"),
    ],
)
def test_a_budget_counts_from_one_release_to_the_next(tmp_path: Path, weekly: int, expected: int | None) -> None:
    config = a_config(figures={"weekly_budget_cents": weekly, "workshop_places_per_day": 0, "hourly_rate_cents": 1})
    with open_store(tmp_path)() as uow:
        assert expected == allowance_of(uow, config, NOW, SERVICES).budget_cents


def test_a_budget_too_small_for_one_day_is_spent_and_not_unlimited(tmp_path: Path) -> None:
    figures = {"weekly_budget_cents": 3, "workshop_places_per_day": 0, "hourly_rate_cents": 1}
    config = a_config(figures=figures)
    daily = config.model_copy(update={"letters": config.letters.model_copy(update={"release_every_days": 1})})
    with open_store(tmp_path)() as uow:
        assert not allowance_of(uow, daily, NOW, SERVICES).affords(Channel.LETTER, MET, "hu_au")


@pytest.mark.parametrize(("service", "places"), [("hu_au", 0.1), ("birthday", 0), ("acute_notice", 0)])
def test_what_is_planned_takes_a_place_only_where_it_asks_for_a_visit(
    tmp_path: Path, service: str, places: float
) -> None:
    store = open_store(tmp_path)
    at = NOW + timedelta(days=9)
    planned = Touchpoint(
        "t", "o", "1", "V1", service, 1, Channel.EMAIL, at, at, MET + timedelta(days=30), 30, 2, 9, "default", "planned"
    )
    with store() as uow:
        uow.records.upsert_customers([a_customer("1")])
        uow.records.upsert_vehicles([a_vehicle("V1")])
        uow.plans.replace_occasions([Occasion("o", "1", "V1", service, planned.due_date, "dms", 0.9, Triage.TRUSTED)])
        uow.plans.add_touchpoints([planned, replace(planned, touchpoint_id="x", state="cancelled")])
        allowance = allowance_of(uow, a_config(), NOW, SERVICES)
    assert allowance.workshop is not None
    days = list(allowance.workshop.days("general", MET, 40))
    assert places == pytest.approx(sum(quota - left for _, quota, left in days) / PLACE, abs=0.0001)
