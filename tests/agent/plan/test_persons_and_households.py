"""One person with two records, and one household with two people, are planned as such."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from guildpost_agent.app.consents.apply_import import apply_import
from guildpost_agent.app.plan_touchpoints import plan_touchpoints
from guildpost_agent.app.ports.people import Membership
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.domain.consent.importing import Said
from guildpost_agent.domain.exclusions import Reason
from tests.factories.agent import KEY, NOW, TODAY, a_config, a_customer, a_job, a_service, a_vehicle, open_store

YES = Said("1", "email", "service_reminders", given=True, given_at=TODAY.replace(year=2026), source="Annahme")


@pytest.fixture
def store(tmp_path: Path) -> OpenUnitOfWork:
    """Two customers, each with a car that is due, and a permission to write to the first."""
    open_uow = open_store(tmp_path)
    with open_uow() as uow:
        uow.records.upsert_customers([a_customer("1"), a_customer("2", email="max@post.example")])
        uow.records.upsert_vehicles([a_vehicle("V1"), a_vehicle("V2", customer_id="2")])
        uow.records.upsert_jobs([a_job("A1:0"), a_job("A2:0", vehicle_id="V2", customer_id="2")])
        apply_import(uow, [YES], [], NOW)
        uow.commit()
    return open_uow


def live(store: OpenUnitOfWork, members: Iterable[Membership], *statements: Said) -> dict[str, str]:
    """Put records to persons and households, add statements, plan; give each customer's channels or refusal."""
    with store() as uow:
        uow.people.store(list(members), {}, NOW)
        apply_import(uow, statements, [], NOW)
        uow.commit()
    plan_touchpoints(store, [a_service()], a_config(), NOW, KEY, horizon_days=60)
    with store() as uow:
        decisions = {o.customer_id: uow.plans.decision(o.occasion_id) for o in uow.plans.occasions()}
        planned = {t.customer_id: t.channel.value for t in uow.plans.touchpoints()}
    return {one: planned.get(one, decision.reason) for one, decision in decisions.items() if decision}


def test_strangers_are_both_written_to(store: OpenUnitOfWork) -> None:
    assert {"1": "email", "2": "letter"} == live(store, [Membership("1", "1", "1"), Membership("2", "2", "2")])


def test_a_household_is_not_written_to_twice_within_the_cap(store: OpenUnitOfWork) -> None:
    found = live(store, [Membership("1", "1", "1"), Membership("2", "2", "1")])
    with store() as uow:
        days = sorted(touchpoint.planned_at.date() for touchpoint in uow.plans.touchpoints())
    assert "email" == found["1"]
    assert Reason.FREQUENCY_CAP == found["2"] or (days[1] - days[0]).days >= 14


def test_a_no_on_one_record_of_a_person_holds_for_the_other(store: OpenUnitOfWork) -> None:
    one_person = [Membership("1", "1", "1"), Membership("2", "1", "1")]
    no = replace(YES, customer_id="2", channel="*", purpose="*", given=False)
    assert Reason.NO_LEGAL_BASIS == live(store, one_person, no)["1"]


def test_a_yes_on_one_record_of_a_person_opens_nothing_for_the_other(store: OpenUnitOfWork) -> None:
    assert "email" != live(store, [Membership("1", "1", "1"), Membership("2", "1", "1")])["2"]
