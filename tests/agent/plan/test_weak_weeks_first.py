"""Of two weeks that suit a customer alike, the one in which the workshop is emptier; and what never moves for that."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from guildpost_agent.app.explain import explain, say
from guildpost_agent.app.plan_touchpoints import plan_touchpoints
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.learning.experiment import DEFAULT_ARM, EXPLORE_ARM
from guildpost_agent.domain.records import Touchpoint
from guildpost_shared.catalog import load
from tests.factories.agent import KEY, NOW, TODAY, a_config, a_consent, a_customer, a_job, a_vehicle, an_appointment
from tests.factories.sending_world import a_store
from tests.factories.standard_services import standard_services

DAY = timedelta(days=1)
DUE = date(2027, 4, 30)
CUSTOMERS = [str(number) for number in range(100, 140)]
SKILLS = {"skills": {"inspection_bay": {"places_per_day": 4}}, "visits_after_days": 1, "visits_over_days": 7}


def planned(folder: Path, config: AgentConfig, busy: range, *, by_mail: bool = True) -> dict[str, Touchpoint]:
    """Plan the same inspections of many customers, with appointments on certain days from today on."""
    store, services = a_store(folder), [one for one in standard_services() if one.service_id == "hu_au"]
    with store() as uow:
        uow.records.upsert_customers([a_customer(one) for one in CUSTOMERS])
        uow.consents.append([a_consent(one) for one in CUSTOMERS] if by_mail else [])
        cars = [a_vehicle(f"V{n}", customer_id=n, next_hu=DUE.replace(day=1)) for n in CUSTOMERS]
        uow.records.upsert_vehicles(cars)
        uow.records.upsert_jobs([a_job(f"V{n}:1", vehicle_id=f"V{n}", customer_id=n) for n in CUSTOMERS])
        uow.records.upsert_appointments([
            an_appointment(f"T{day}-{n}", customer_id="9", vehicle_id=f"X{day}-{n}", occasion="hu_au",
                           starts_at=NOW + day * DAY)
            for day in busy for n in range(2)
        ])  # fmt: skip
        uow.commit()
    plan_touchpoints(store, services, config, NOW, KEY)
    with store() as uow:
        return {one.customer_id: one for one in uow.plans.touchpoints()}


def limited(**changes: object) -> AgentConfig:
    figures = {"weekly_budget_cents": 0, "workshop_places_per_day": 0, "hourly_rate_cents": 0}
    return a_config(figures=figures, services={"enabled": ["hu_au"]}, **changes)


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Touchpoint]:
    """The plan of a workshop without limits."""
    return planned(tmp_path_factory.mktemp("usual"), limited(), range(0))


@pytest.fixture(scope="module")
def eased(tmp_path_factory: pytest.TempPathFactory, usual: dict[str, Touchpoint]) -> dict[str, Touchpoint]:
    """The plan where the days after the usual message are half booked."""
    met = max(one.planned_at.date() for one in usual.values() if one.arm == DEFAULT_ARM)
    first = (met - TODAY).days
    return planned(tmp_path_factory.mktemp("eased"), limited(workshop=SKILLS), range(first, first + 9))


def test_a_message_moves_by_a_week_to_where_the_workshop_is_emptier(
    usual: dict[str, Touchpoint], eased: dict[str, Touchpoint]
) -> None:
    moved = {
        (eased[one].planned_at - usual[one].planned_at, eased[one].weekday == usual[one].weekday, eased[one].hour)
        for one in usual
        if usual[one].arm == DEFAULT_ARM
    }
    hour = next(one.hour for one in usual.values() if one.arm == DEFAULT_ARM)
    assert {abs(by) for by, _, _ in moved} == {7 * DAY}
    assert {(same, at) for _, same, at in moved} == {(True, hour)}


def test_what_is_explored_stays_where_it_was_drawn(usual: dict[str, Touchpoint], eased: dict[str, Touchpoint]) -> None:
    explored = [one for one in usual if usual[one].arm == EXPLORE_ARM]
    assert explored
    assert [usual[one].planned_at for one in explored] == [eased[one].planned_at for one in explored]


def test_arms_are_drawn_as_before(usual: dict[str, Touchpoint], eased: dict[str, Touchpoint]) -> None:
    assert {one: usual[one].arm for one in usual} == {one: eased[one].arm for one in usual}


def test_a_moved_message_says_so(tmp_path: Path, usual: dict[str, Touchpoint]) -> None:
    first = (max(t.planned_at.date() for t in usual.values() if t.arm == DEFAULT_ARM) - TODAY).days
    found = planned(tmp_path, limited(workshop=SKILLS), range(first, first + 9))
    one = next(t for t in found.values() if t.arm == DEFAULT_ARM)
    explained = explain(a_store(tmp_path), one.touchpoint_id).reasons
    assert any("weil dann in der Werkstatt mehr Platz ist (Prüfplatz)" in reason for reason in explained)


def test_a_full_skill_is_refused_with_the_week_in_which_there_is_room(tmp_path: Path) -> None:
    closed = [TODAY + n * DAY for n in range(90)]
    config = limited(workshop={**SKILLS, "closed_days": closed})
    assert not planned(tmp_path, config, range(0))
    with a_store(tmp_path)() as uow:
        refused = uow.plans.decisions_for("CAPACITY")
    assert refused
    assert {one.facts["skill"] for one in refused} == {"inspection_bay"}
    free = {date.fromisoformat(str(one.facts["free_from"])) for one in refused}
    assert free == {date(2027, 5, 31)}
    said = say(load("guildpost_agent", "de"), "plan.fact.CAPACITY.free_from", refused[0].facts)
    assert said == "Platz ist wieder in der Woche ab 31.05.2027 (Prüfplatz)."
