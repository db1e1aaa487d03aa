"""A model of the network: who is written to at the learned time, who is not, and what is said of it."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from guildpost_agent.app.explain import explain
from guildpost_agent.app.plan_touchpoints import plan_touchpoints
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.app.taught import NOTHING_TAUGHT, Taught
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.learning.experiment import DEFAULT_ARM, EXPLORE_ARM, LEARNED_ARM, stands
from guildpost_agent.domain.records import Touchpoint
from guildpost_agent.domain.working_days import END_HOUR, FIRST_HOUR, may_mail_on
from guildpost_shared.errors import Language
from guildpost_shared.learning.bases import LEAD_STEP
from tests.factories.agent import KEY, NOW, a_config, a_consent, a_customer, a_job, a_vehicle
from tests.factories.network_models import THURSDAY, a_model
from tests.factories.sending_world import a_store
from tests.factories.standard_services import standard_services

DUE = date(2027, 5, 31)
SOON = date(2027, 3, 31)
CUSTOMERS = [str(number) for number in range(1_000, 1_150)]
FIGURES = {"weekly_budget_cents": 0, "workshop_places_per_day": 0, "hourly_rate_cents": 0}
HU = next(one for one in standard_services() if one.service_id == "hu_au")
TAUGHT = Taught({"": a_model()})


def config(**settings: Any) -> AgentConfig:
    return a_config(figures=FIGURES, services={"enabled": ["hu_au"], "settings": {"hu_au": settings}})


@dataclass(frozen=True)
class Plan:
    """A plan, its touchpoints by customer."""

    store: OpenUnitOfWork
    touchpoints: dict[str, Touchpoint]

    def of(self, arm: str) -> list[Touchpoint]:
        return [one for one in self.touchpoints.values() if one.arm == arm]

    def why(self, touchpoint: Touchpoint, language: Language = "de") -> tuple[str, ...]:
        return explain(self.store, touchpoint.touchpoint_id, language).reasons


def planned(folder: Path, taught: Taught, *, due: date = DUE, by_mail: bool = True, **settings: Any) -> Plan:
    """Plan the same inspection of many customers; every third is a company."""
    store = a_store(folder)
    with store() as uow:
        uow.records.upsert_customers([a_customer(one, is_business=int(one) % 3 == 0) for one in CUSTOMERS])
        uow.consents.append([a_consent(one) for one in CUSTOMERS] if by_mail else [])
        cars = [a_vehicle(f"V{one}", customer_id=one, next_hu=due.replace(day=1)) for one in CUSTOMERS]
        uow.records.upsert_vehicles(cars)
        uow.records.upsert_jobs([a_job(f"V{one}:1", vehicle_id=f"V{one}", customer_id=one) for one in CUSTOMERS])
        uow.commit()
    plan_touchpoints(store, [HU], config(**settings), NOW, KEY, horizon_days=120, taught=taught)
    with store() as uow:
        return Plan(store, {one.customer_id: one for one in uow.plans.touchpoints()})


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The plan under a model by which everybody likes Thursday evenings, 25 days before the due date."""
    return planned(tmp_path_factory.mktemp("learned"), TAUGHT)


def test_most_are_written_to_at_the_learned_time(learned: Plan) -> None:
    found = learned.of(LEARNED_ARM)
    assert len(found) > 0.7 * len(learned.touchpoints)
    assert {(THURSDAY, 18), (THURSDAY, 19)} == {(one.weekday, one.hour) for one in found}
    assert {18, 32} == {one.lead_days for one in found}, "the Thursday 25 days before is Ascension Day"


def test_a_tenth_stays_with_the_recommended_time(learned: Plan) -> None:
    standing = {one for one in learned.touchpoints if stands(KEY, one, "hu_au")}
    assert standing == {one.customer_id for one in learned.of(DEFAULT_ARM)}
    assert 0.04 < len(standing) / len(learned.touchpoints) < 0.18
    recommended = HU.channels[0].default_slot
    assert {(recommended.weekday, recommended.hour)} == {(one.weekday, one.hour) for one in learned.of(DEFAULT_ARM)}


def test_the_same_model_gives_the_same_plan(tmp_path: Path, learned: Plan) -> None:
    assert learned.touchpoints == planned(tmp_path, TAUGHT).touchpoints


@pytest.fixture(scope="module")
def unsure(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The plan under a model that is hardly better than nothing."""
    return planned(tmp_path_factory.mktemp("unsure"), Taught({"": a_model(strength=0.02, variance=1.0)}))


def test_an_unsure_model_is_tried_in_many_ways_and_never_outside_what_is_allowed(unsure: Plan) -> None:
    assert len({(one.weekday, one.hour) for one in unsure.of(LEARNED_ARM)}) > 10
    for one in unsure.touchpoints.values():
        assert one.hour is not None
        assert FIRST_HOUR <= one.hour < END_HOUR
        assert may_mail_on(one.planned_at.date(), frozenset({"BW"}))
        assert 14 <= one.lead_days <= 60


def test_a_trial_says_that_it_is_one(unsure: Plan) -> None:
    tried = [one for one in unsure.of(LEARNED_ARM) if any(fact.get("trial") for fact in one.reasons)]
    assert len(tried) > len(unsure.of(LEARNED_ARM)) / 2
    assert any("Das ist ein Versuch" in reason for reason in unsure.why(tried[0]))


def test_switched_off_everybody_is_written_to_at_the_recommended_time(tmp_path: Path) -> None:
    plan = planned(tmp_path, TAUGHT, learned_times=False)
    assert {(DEFAULT_ARM, 1, 10)} == {(one.arm, one.weekday, one.hour) for one in plan.touchpoints.values()}
    said = plan.why(next(iter(plan.touchpoints.values())))
    assert any("gelernte Zeiten haben Sie für diesen Service ausgeschaltet" in reason for reason in said)


@pytest.mark.parametrize(
    ("settings", "least"), [({"learned_times": False}, 1.0), ({}, 0.04)], ids=["switched off", "the tenth that stays"]
)
def test_where_the_recommended_day_is_over_the_rest_of_the_window_is_spread_over_at_the_recommended_hour(
    tmp_path: Path, settings: dict[str, Any], least: float
) -> None:
    plan = planned(tmp_path, TAUGHT, due=SOON, **settings)
    found = plan.of(DEFAULT_ARM)
    assert len(found) >= least * len(plan.touchpoints) > 0
    assert {(1, 10)} == {(one.weekday, one.hour) for one in found}
    assert len({one.lead_days for one in found}) > 1
    assert any("der empfohlene Vorlauf ist vorbei" in reason for reason in plan.why(found[0]))


def test_before_the_first_model_a_study_lets_nine_in_ten_explore(tmp_path: Path) -> None:
    plan = planned(tmp_path, Taught(studied=frozenset({"hu_au"})))
    assert len(plan.of(EXPLORE_ARM)) + len(plan.of(DEFAULT_ARM)) == len(plan.touchpoints)
    assert len(plan.of(EXPLORE_ARM)) > 4 * len(plan.of(DEFAULT_ARM)) > 0


def test_without_model_and_study_half_explore(tmp_path: Path) -> None:
    plan = planned(tmp_path, NOTHING_TAUGHT)
    assert 0.35 < len(plan.of(EXPLORE_ARM)) / len(plan.touchpoints) < 0.65


def test_letters_arrive_at_the_learned_lead_time_and_the_few_others_are_trials(tmp_path: Path) -> None:
    plan = planned(tmp_path, TAUGHT, by_mail=False)
    found = plan.of(LEARNED_ARM)
    assert {"letter"} == {one.channel for one in found}
    elsewhere = [one for one in found if abs(one.lead_days - 25) > LEAD_STEP]
    assert len(elsewhere) < 0.1 * len(found)
    assert all(any(fact.get("trial") for fact in one.reasons) for one in elsewhere)
    assert any("antworten im Netz mit diesem Vorlauf" in reason for reason in plan.why(found[0]))


@pytest.mark.parametrize(
    ("language", "at", "group"),
    [
        ("de", "Donnerstag, 18 Uhr: Privatkunden antworten im Netz zu dieser Zeit", "Geschäftskunden"),
        ("en", "Thursday, 18:00: at this time private customers answer", "business customers"),
    ],
)
def test_a_learned_time_is_explained(learned: Plan, language: Language, at: str, group: str) -> None:
    person = next(one for one in learned.of(LEARNED_ARM) if int(one.customer_id) % 3 and one.hour == 18)
    company = next(one for one in learned.of(LEARNED_ARM) if not int(one.customer_id) % 3)
    percent = next(fact["percent"] for fact in person.reasons if fact["code"] == "slot_learned")
    assert int(percent) > 100
    (said,) = (reason for reason in learned.why(person, language) if reason.startswith(at))
    assert f" {percent} % " in said
    assert ("noch zu wenige" if language == "de" else "too few answers yet") in said
    assert any(group in reason for reason in learned.why(company, language))


def test_the_tenth_that_stays_is_told_why(learned: Plan) -> None:
    said = learned.why(learned.of(DEFAULT_ARM)[0])
    assert any("ob gelernte Zeiten helfen" in reason for reason in said)


def test_an_hour_that_is_over_today_is_not_chosen(tmp_path: Path) -> None:
    late = NOW + timedelta(hours=9)
    store = a_store(tmp_path)
    with store() as uow:
        uow.records.upsert_customers([a_customer(one) for one in CUSTOMERS[:20]])
        uow.consents.append([a_consent(one) for one in CUSTOMERS[:20]])
        due = late.date() + timedelta(days=25)
        cars = [a_vehicle(f"V{n}", customer_id=n, next_hu=due.replace(day=1)) for n in CUSTOMERS[:20]]
        uow.records.upsert_vehicles(cars)
        uow.records.upsert_jobs([a_job(f"V{n}:1", vehicle_id=f"V{n}", customer_id=n) for n in CUSTOMERS[:20]])
        uow.commit()
    model = a_model(weekday=late.weekday(), hour=9, lead=120)
    plan_touchpoints(store, [HU], config(), late, KEY, taught=Taught({"": model}))
    with store() as uow:
        found = uow.plans.touchpoints()
    assert found
    assert all(one.planned_at >= late for one in found)
