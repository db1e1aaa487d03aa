"""Whom nobody advertises to: what is in force on a day, for all records of a person, and in the moment of sending."""

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from guildpost_agent.app.explain import say
from guildpost_agent.app.plan_touchpoints import plan_touchpoints
from guildpost_agent.app.ports.people import Membership
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.app.recheck_touchpoint import recheck_touchpoint
from guildpost_agent.domain.exclusions import Reason, held
from guildpost_agent.domain.holds import Hold, HoldKind
from guildpost_agent.domain.lift.control import ControlGroup
from guildpost_shared.catalog import load
from guildpost_shared.services.definition import ServiceDefinition
from tests.factories.agent import KEY, NOW, a_config, a_consent, a_customer, a_job, a_service, a_vehicle, open_store

TODAY = NOW.date()
DAY = timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")
CUSTOMER = next(str(number) for number in range(1, 50) if not ControlGroup(KEY).holds(str(number), "hu_au"))


@pytest.fixture
def store(tmp_path: Path) -> OpenUnitOfWork:
    return open_store(tmp_path)


def put(store: OpenUnitOfWork, *holds: Hold) -> None:
    with store() as uow:
        for hold in holds:
            uow.holds.set(hold)
        uow.commit()


def in_force(store: OpenUnitOfWork, day: date = TODAY) -> dict[str, Hold]:
    with store() as uow:
        found = uow.holds.in_force(day)
        assert found == {one: hold for one in found if (hold := uow.holds.of(one, day))}
    return found


@pytest.mark.parametrize(
    ("since", "until", "covered"),
    [
        (TODAY, None, True),
        (TODAY - DAY, TODAY, True),
        (TODAY - 2 * DAY, TODAY - DAY, False),
        (TODAY + DAY, None, False),
    ],
    ids=["from today on", "until today", "over since yesterday", "from tomorrow on"],
)
def test_a_hold_covers_its_days_and_no_others(
    store: OpenUnitOfWork,
    since: date,
    until: date | None,
    covered: bool,  # noqa: FBT001 — a table's column
) -> None:
    hold = Hold("1", HoldKind.DUNNING, since, until)
    put(store, hold)
    assert ({"1": hold} if covered else {}) == in_force(store)


def test_the_weightiest_of_several_holds_is_named(store: OpenUnitOfWork) -> None:
    complaint, dunning = Hold("1", HoldKind.COMPLAINT, TODAY), Hold("1", HoldKind.DUNNING, TODAY - DAY)
    put(store, dunning, complaint)
    assert {"1": complaint} == in_force(store)
    with store() as uow:
        assert 1 == uow.holds.lift("1", HoldKind.COMPLAINT)
        uow.commit()
    assert {"1": dunning} == in_force(store)


def test_setting_it_again_replaces_its_days(store: OpenUnitOfWork) -> None:
    put(store, Hold("1", HoldKind.DUNNING, TODAY - 5 * DAY, TODAY - DAY), Hold("1", HoldKind.DUNNING, TODAY))
    assert {"1": Hold("1", HoldKind.DUNNING, TODAY)} == in_force(store)


def test_a_hold_on_one_record_covers_every_record_of_the_person_and_is_lifted_from_any(store: OpenUnitOfWork) -> None:
    join(store, "1", "2")
    hold = Hold("1", HoldKind.COMPLAINT, TODAY)
    put(store, hold)
    assert {"1": hold, "2": hold} == in_force(store)
    with store() as uow:
        assert 1 == uow.holds.lift("2")
        uow.commit()
    assert {} == in_force(store)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (HoldKind.COMPLAINT, Reason.OPEN_COMPLAINT),
        (HoldKind.DISPUTE, Reason.LEGAL_DISPUTE),
        (HoldKind.DUNNING, Reason.DUNNING),
    ],
    ids=["complaint", "dispute", "dunning"],
)
def test_a_planned_touchpoint_of_a_held_customer_is_refused_in_the_moment_of_sending(
    store: OpenUnitOfWork, kind: HoldKind, reason: Reason
) -> None:
    plan(store)
    assert recheck(store, a_service()) is None
    put(store, Hold(CUSTOMER, kind, TODAY))
    assert reason == recheck(store, a_service())


def test_a_notice_is_not_held_back(store: OpenUnitOfWork) -> None:
    plan(store)
    put(store, Hold(CUSTOMER, HoldKind.DISPUTE, TODAY))
    assert recheck(store, a_service(purpose="notice", cap_class="exempt")) is None


def test_the_sentence_names_the_day_on_which_it_began() -> None:
    refusal = held(Hold("1", HoldKind.COMPLAINT, date(2027, 2, 1)))
    assert refusal is not None
    sentence = say(load("guildpost_agent", "de"), f"plan.refused.{refusal.reason}", refusal.facts)
    assert "Nicht angeschrieben: Seit 01.02.2027 ist eine Beschwerde offen." == sentence
    assert held(None) is None


def join(store: OpenUnitOfWork, *records: str) -> None:
    with store() as uow:
        uow.people.store([Membership(one, records[0], records[0]) for one in records], {}, NOW)
        uow.commit()


def plan(store: OpenUnitOfWork) -> None:
    with store() as uow:
        uow.records.upsert_customers([a_customer(CUSTOMER)])
        uow.consents.append([a_consent(CUSTOMER)])
        uow.records.upsert_vehicles([a_vehicle("V1", customer_id=CUSTOMER)])
        uow.records.upsert_jobs([a_job("A1:0", vehicle_id="V1", customer_id=CUSTOMER)])
        uow.commit()
    assert 1 == plan_touchpoints(store, [a_service()], a_config(), NOW, KEY).planned


def recheck(store: OpenUnitOfWork, service: ServiceDefinition) -> str | None:
    with store() as uow:
        (touchpoint,) = uow.plans.touchpoints_of(CUSTOMER)
        return recheck_touchpoint(uow, touchpoint, service=service, state="BW", now=NOW, zone=BERLIN)
