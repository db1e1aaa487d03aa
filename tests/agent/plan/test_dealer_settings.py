"""What the dealer decides about a service shows in the plan, at the last check, and nowhere outside."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from guildpost_agent.app.egress.policy import STANDARD_RULES, EgressPolicy
from guildpost_agent.app.plan_touchpoints import plan_touchpoints
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.config import Services
from guildpost_agent.domain.exclusions import Reason
from guildpost_agent.domain.lift.control import ControlGroup
from guildpost_agent.domain.records import Channel, Touchpoint
from guildpost_agent.service_settings import ServiceSettings, TouchSettings
from guildpost_shared.errors import Refused
from guildpost_shared.pb.v1 import catalogue_pb2, enrolment_pb2, presence_pb2
from tests.factories.agent import KEY, NOW, a_config, a_consent, a_customer, a_job, a_service, a_vehicle, open_store

SERVICE = a_service("hu_au")
FIVE = ControlGroup(KEY)
TEN = ControlGroup(KEY, 0.10)
TREATED = [str(n) for n in range(99) if not TEN.holds(str(n), "hu_au")]
BETWEEN = next(str(n) for n in range(999) if TEN.holds(str(n), "hu_au") and not FIVE.holds(str(n), "hu_au"))


@pytest.fixture
def store(tmp_path: Path) -> OpenUnitOfWork:
    return open_store(tmp_path)


def put(store: OpenUnitOfWork, *customers: str, email: bool = True, next_hu: date = date(2027, 4, 1)) -> None:
    with store() as uow:
        for name in customers:
            uow.records.upsert_customers([a_customer(name)])
            uow.consents.append([a_consent(name)] if email else [])
            known = {"next_service": date(2028, 9, 1), "next_hu": next_hu}
            uow.records.upsert_vehicles([a_vehicle(f"V{name}", customer_id=name, **known)])
            uow.records.upsert_jobs([a_job(f"V{name}:1", vehicle_id=f"V{name}", customer_id=name)])
        uow.commit()


def plan(store: OpenUnitOfWork, percent: int = 5, **settings: Any) -> list[Touchpoint]:
    services = {"enabled": ["hu_au"], "holdout_percent": percent, "settings": {"hu_au": settings}}
    plan_touchpoints(store, [SERVICE], a_config(services=services), NOW, KEY)
    with store() as uow:
        return uow.plans.touchpoints()


def reasons(store: OpenUnitOfWork) -> list[str]:
    with store() as uow:
        found = [uow.plans.decision(occasion.occasion_id) for occasion in uow.plans.occasions()]
    return [decision.reason for decision in found if decision is not None]


def test_the_dealers_channel_is_used_though_another_one_is_recommended(store: OpenUnitOfWork) -> None:
    put(store, TREATED[0])
    (touchpoint,) = plan(store, channels=["letter"])
    assert Channel.LETTER == touchpoint.channel


def test_the_dealers_window_is_kept(store: OpenUnitOfWork) -> None:
    put(store, *TREATED[:20])
    window = {"first_day": 32, "last_day": 28, "default_lead": 30}
    leads = [touchpoint.lead_days for touchpoint in plan(store, touches={"invitation": window})]
    assert 20 == len(leads)
    assert set(range(28, 33)) >= set(leads)


def test_letters_of_a_service_keep_its_own_budget_within_the_one_for_all(store: OpenUnitOfWork) -> None:
    put(store, *TREATED[:20], email=False)
    letters = plan(store, channels=["letter"], weekly_budget_cents=120)  # two letters in each release of two weeks
    released = [letter.planned_at for letter in letters]
    assert {2} == {released.count(at) for at in released}
    assert {Reason.PLANNED, Reason.BUDGET} == set(reasons(store))


def test_a_larger_control_group_takes_in_more_and_a_smaller_one_lets_nobody_go(store: OpenUnitOfWork) -> None:
    put(store, BETWEEN)
    assert [] == plan(store, percent=10)
    assert [Reason.HOLDOUT] == reasons(store)
    put(store, BETWEEN, next_hu=date(2027, 3, 1))  # another occasion of the same customer and service
    assert [] == plan(store, percent=5)
    assert {Reason.HOLDOUT} == set(reasons(store))


def test_without_an_earlier_decision_the_smaller_share_counts(store: OpenUnitOfWork) -> None:
    put(store, BETWEEN)
    assert 1 == len(plan(store, percent=5))


def test_no_message_to_the_brand_has_a_field_for_what_the_dealer_decides() -> None:
    decided = {*Services.model_fields, *ServiceSettings.model_fields, *TouchSettings.model_fields}
    files = (enrolment_pb2.DESCRIPTOR, presence_pb2.DESCRIPTOR, catalogue_pb2.DESCRIPTOR)
    requests = [
        method.input_type for file in files for service in file.services_by_name.values() for method in service.methods
    ]
    assert set() == decided & {field.name for message in requests for field in message.fields}


def test_no_kind_of_message_may_carry_the_settings_and_a_budget_is_stopped_in_any_readable_one() -> None:
    settings = ServiceSettings(weekly_budget_cents=120).model_dump_json().encode()
    listed = {kind for _, kind in STANDARD_RULES}
    assert set() == {kind for kind in listed if "setting" in kind or "config" in kind}
    readable = [key for key, rule in STANDARD_RULES.items() if not rule.opaque]
    for destination, kind in readable:
        with pytest.raises(Refused, match="egress_refused"):
            EgressPolicy().check(destination, kind, settings)
