"""A call is a contact: nobody is called and written to within two weeks, whoever of the household it was."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from guildpost_agent.app.calls.close_call import close_call
from guildpost_agent.app.calls.list_calls import CallList, list_calls
from guildpost_agent.app.calls.rules import CallRules
from guildpost_agent.app.dealership import SUPPRESSION_KEY
from guildpost_agent.app.plan_touchpoints import plan_touchpoints
from guildpost_agent.app.ports.people import Membership
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.domain.call_results import NotReached, Reached, Result
from guildpost_agent.domain.call_tasks import CallReason, CallTask
from guildpost_agent.domain.consent.terms import Basis, Purpose
from guildpost_agent.domain.lift.control import ControlGroup
from guildpost_agent.domain.placing import contact_of
from guildpost_agent.domain.records import Touchpoint
from tests.agent.calls.test_call_steps import TASK
from tests.agent.calls.test_call_use_cases import PHONE
from tests.factories.agent import KEY, NOW, a_config, a_consent, a_customer, a_job, a_vehicle
from tests.factories.leaving import BERLIN, leave
from tests.factories.sending_world import a_store
from tests.factories.standard_services import standard_services

DAY = timedelta(days=1)
RULES = CallRules(KEY, KEY, BERLIN, "BW", lambda _vehicle: 24)
HU = next(service for service in standard_services() if service.service_id == "hu_au")
FIGURES = {"weekly_budget_cents": 0, "workshop_places_per_day": 0, "hourly_rate_cents": 0}
CONFIG = a_config(services={"enabled": ["hu_au"]}, figures=FIGURES)
ANNA, BERND = [str(n) for n in range(999) if not ControlGroup(KEY).holds(str(n), "hu_au")][:2]
CALL = replace(TASK, customer_id=ANNA, vehicle_id="", service_id="", occasion_id="", closes=TASK.closes + 60 * DAY)
ASKED = replace(CALL, reason=CallReason.ASKED, purpose=Purpose.TRANSACTIONAL, basis=Basis.DUTY, proof=())


@pytest.fixture
def store(tmp_path: Path) -> OpenUnitOfWork:
    """Two people who live together; Bernd's car is due for its HU."""
    store = a_store(tmp_path)
    with store() as uow:
        uow.documents.put(SUPPRESSION_KEY, KEY)
        uow.records.upsert_customers([a_customer(one, mobile="+491701234567") for one in (ANNA, BERND)])
        uow.people.store([Membership(one, one, "home") for one in (ANNA, BERND)], {}, NOW)
        uow.consents.append([a_consent(BERND), *(replace(PHONE, customer_id=one) for one in (ANNA, BERND))])
        uow.records.upsert_vehicles(
            [a_vehicle("V1", customer_id=BERND, next_hu=(NOW + 30 * DAY).date().replace(day=1))]
        )
        uow.records.upsert_jobs([a_job("V1:1", vehicle_id="V1", customer_id=BERND)])
        uow.commit()
    return store


def put(store: OpenUnitOfWork, *tasks: CallTask) -> None:
    with store() as uow:
        for task in tasks:
            uow.calls.add(task)
        uow.commit()


def call(store: OpenUnitOfWork, task: CallTask, result: Result, now: datetime = NOW) -> None:
    put(store, task)
    close_call(store, task.task_id, result, by="Kraft", rules=RULES, now=now)


def planned(store: OpenUnitOfWork) -> Touchpoint:
    plan_touchpoints(store, [HU], CONFIG, NOW, KEY)
    with store() as uow:
        return uow.plans.touchpoints()[-1]


def listed(store: OpenUnitOfWork, now: datetime) -> CallList:
    return list_calls(store, RULES, now)


def test_who_was_called_is_not_written_to_for_two_weeks_nor_is_anybody_at_home(store: OpenUnitOfWork) -> None:
    call(store, CALL, Reached())
    assert (contact_of(planned(store), BERLIN).first - NOW.astimezone(BERLIN).date()).days >= 14


@pytest.mark.parametrize(
    ("task", "result"),
    [
        pytest.param(replace(CALL, tries=2), NotReached(), id="nobody answered"),
        pytest.param(ASKED, Reached(), id="the customer had asked for it"),
        pytest.param(replace(CALL, purpose=Purpose.TRANSACTIONAL, basis=Basis.DUTY), Reached(), id="a recall"),
    ],
)
def test_what_was_no_contact_changes_nothing(store: OpenUnitOfWork, task: CallTask, result: Result) -> None:
    call(store, task, result)
    assert (contact_of(planned(store), BERLIN).first - NOW.astimezone(BERLIN).date()).days < 14


def test_a_call_that_came_in_between_stops_the_message_in_the_moment_of_sending(store: OpenUnitOfWork) -> None:
    message = planned(store)
    call(store, CALL, Reached(), message.planned_at - DAY)
    assert leave(store, message, HU, message.planned_at) is None
    with store() as uow:
        stopped = uow.plans.touchpoint(message.touchpoint_id)
    assert stopped is not None
    assert stopped.state == "refused"


def test_nobody_is_called_within_two_weeks_of_a_message_or_of_another_call(store: OpenUnitOfWork) -> None:
    message = planned(store)
    leave(store, message, HU, message.planned_at)
    put(store, CALL)
    soon, later = (listed(store, message.planned_at + days * DAY) for days in (13, 14))
    assert ([0, 1], [1, 0]) == ([len(soon.calls), soon.too_soon], [len(later.calls), later.too_soon])
    call(store, replace(CALL, task_id="another", customer_id=BERND), Reached(), message.planned_at + 15 * DAY)
    assert listed(store, message.planned_at + 28 * DAY).too_soon == 1


def test_a_call_waits_for_a_message_that_is_planned_soon(store: OpenUnitOfWork) -> None:
    message = planned(store)
    put(store, CALL)
    assert listed(store, message.planned_at - 5 * DAY).too_soon == 1


def test_a_call_that_the_customer_asked_for_is_made_whatever_was_written(store: OpenUnitOfWork) -> None:
    message = planned(store)
    leave(store, message, HU, message.planned_at)
    put(store, ASKED)
    assert len(listed(store, message.planned_at + DAY).calls) == 1
