"""Call tasks from the real planner and from customers' answers, and what makes them rest or go away."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from guildpost_agent.app.calls.hand_over import HandOver, hand_over
from guildpost_agent.app.calls.list_calls import CallList, list_calls
from guildpost_agent.app.calls.rules import CallRules
from guildpost_agent.app.consents.record import record_preferences
from guildpost_agent.app.emergency_stop import stop_sending
from guildpost_agent.app.plan_touchpoints import plan_touchpoints
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.app.record_bookings import record_bookings
from guildpost_agent.domain.call_results import Booked, NotReached, Reached, Result
from guildpost_agent.domain.call_tasks import CallReason, CallState, CallTask, Desk, Priority
from guildpost_agent.domain.consent.preferences import NO_WISHES, liking
from guildpost_agent.domain.consent.terms import Basis, Purpose
from guildpost_agent.domain.holds import Hold, HoldKind
from guildpost_agent.domain.lift.control import ControlGroup
from guildpost_agent.domain.records import Channel, Outcome, Touchpoint
from tests.agent.calls.test_call_planning import calling
from tests.agent.calls.test_call_use_cases import PHONE
from tests.factories.agent import (
    KEY,
    NOW,
    a_config,
    a_consent,
    a_customer,
    a_job,
    a_vehicle,
    an_appointment,
    open_store,
)
from tests.factories.standard_services import standard_services

BERLIN = ZoneInfo("Europe/Berlin")
RULES = CallRules(KEY, KEY, BERLIN, "BW", lambda _vehicle: 24)
SERVICE = calling("email", "call")
LEASE = next(service for service in standard_services() if service.service_id == "lease_end")
CONFIG = a_config(services={"enabled": ["hu_au", "lease_end"]})
GROUP = ControlGroup(KEY)
NAMES = [str(number) for number in range(999)]
TREATED = next(n for n in NAMES if not any(GROUP.holds(n, s) for s in ("hu_au", "lease_end")))
HELD_OUT = next(n for n in NAMES if GROUP.holds(n, "hu_au"))
DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> OpenUnitOfWork:
    return open_store(tmp_path)


def change(store: OpenUnitOfWork, work: Callable[[UnitOfWork], object]) -> None:
    with store() as uow:
        work(uow)
        uow.commit()


def put(store: OpenUnitOfWork, name: str = TREATED, *, phone: bool = True, **vehicle: object) -> None:
    """Store a customer who may not be mailed, with a vehicle whose HU is due at the end of April."""

    def add(uow: UnitOfWork) -> None:
        uow.records.upsert_customers([a_customer(name, mobile="+491701234567")])
        uow.consents.append([replace(PHONE, customer_id=name)] if phone else [])
        known = {"next_service": date(2028, 9, 1), "next_hu": date(2027, 4, 1), **vehicle}
        uow.records.upsert_vehicles([a_vehicle("V1", customer_id=name, **known)])
        uow.records.upsert_jobs([a_job("V1:1", vehicle_id="V1", customer_id=name)])

    change(store, add)


def plan(store: OpenUnitOfWork, now: datetime = NOW) -> list[CallTask]:
    """Plan, and give the open call tasks."""
    plan_touchpoints(store, [SERVICE, LEASE], CONFIG, now, KEY)
    return tasks(store)


def tasks(store: OpenUnitOfWork) -> list[CallTask]:
    with store() as uow:
        return uow.calls.open()


def listed(store: OpenUnitOfWork) -> CallList:
    return list_calls(store, RULES, NOW)


def answer(store: OpenUnitOfWork, touchpoint: Touchpoint, value: str, at: datetime = NOW) -> int:
    """Note what a customer answered, and hand it over."""
    kind = "unsubscribed" if value == "stop" else "answered"
    change(store, lambda uow: uow.outcomes.add([Outcome(f"{value} {at}", touchpoint.touchpoint_id, kind, at, value)]))
    services = {service.service_id: service for service in (SERVICE, LEASE)}
    return hand_over(store, services, HandOver(KEY, BERLIN, "de"), at)


def written(store: OpenUnitOfWork, service_id: str = "hu_au") -> Touchpoint:
    """Store a mail that went out three weeks ago, about what is due."""
    at = NOW - 20 * DAY
    with store() as uow:
        (occasion,) = (o for o in uow.plans.occasions() if o.service_id == service_id)
        sent = Touchpoint(
            "t1", occasion.occasion_id, occasion.customer_id, "V1", service_id, 1, Channel.EMAIL, at, NOW,
            occasion.due_date, (occasion.due_date - at.date()).days, 0, 10, "default", "sent",
        )  # fmt: skip
        uow.plans.add_touchpoints([sent])
        uow.commit()
    return sent


def allow(store: OpenUnitOfWork) -> None:
    change(store, lambda uow: uow.consents.append([replace(PHONE, customer_id=TREATED)]))


def test_who_may_be_called_and_not_written_to_is_called(store: OpenUnitOfWork) -> None:
    put(store)
    (task,) = plan(store)
    assert (CallReason.DUE, Desk.WORKSHOP, Basis.CONSENT) == (task.reason, task.desk, task.basis)
    assert (NOW.date(), date(2027, 4, 16)) == (task.opens, task.closes)
    assert "hu_au: fällig am 30.04.2027" == task.context[0]
    assert [task] == [call.task for call in listed(store).calls]
    assert [task] == plan(store, NOW + 7 * DAY)


@pytest.mark.parametrize(("liked", "called"), [((), False), (("phone",), True), (("email", "phone"), False)])
def test_who_may_be_mailed_is_called_first_where_calls_are_liked_best(
    store: OpenUnitOfWork,
    liked: tuple[str, ...],
    called: bool,  # noqa: FBT001 — a table's column
) -> None:
    put(store)
    change(store, lambda uow: uow.consents.append([a_consent(TREATED)]))
    change(store, lambda uow: record_preferences(uow, TREATED, liking(NO_WISHES, liked), NOW))
    assert called == bool(plan(store))


def called_before(store: OpenUnitOfWork, result: Result, reason: CallReason = CallReason.DUE) -> None:
    """Store a call of last autumn and how it ended."""
    at = NOW - 100 * DAY
    day = at.date()
    made = CallTask(
        "earlier", TREATED, "V1", "lease_end", Desk.SALES, reason, Purpose.SALES, Basis.CONSENT, (), day, day, at,
        state=CallState.DONE, result=result, closed_at=at, closed_by="Kraft",
    )  # fmt: skip
    change(store, lambda uow: uow.calls.add(made))


@pytest.mark.parametrize(
    ("result", "reason", "called"),
    [
        (Reached(), CallReason.LEASE_END, True),
        (Booked(), CallReason.LEASE_END, True),
        (NotReached(), CallReason.LEASE_END, False),
        (Reached(), CallReason.ASKED, False),
    ],
    ids=["was spoken to", "booked at once", "was never reached", "was called by own wish: that tells nothing"],
)
def test_who_answered_a_call_and_never_a_message_is_called_first_the_next_time(
    store: OpenUnitOfWork,
    result: Result,
    reason: CallReason,
    called: bool,  # noqa: FBT001 — a table's column
) -> None:
    put(store)
    change(store, lambda uow: uow.consents.append([a_consent(TREATED)]))
    called_before(store, result, reason)
    planned = plan(store)
    assert called == bool(planned)
    assert all(
        "war am Telefon zu erreichen. Antworten auf 0 Nachrichten per E-Mail: 0" in one.context[1] for one in planned
    )


def test_without_a_documented_consent_success_calls_nobody(store: OpenUnitOfWork) -> None:
    put(store, phone=False)
    called_before(store, Reached())
    assert [] == plan(store)


def test_a_service_without_calls_calls_nobody_whatever_came_of_calls(store: OpenUnitOfWork) -> None:
    put(store)
    called_before(store, Reached())
    plan_touchpoints(store, [calling("email", "letter")], CONFIG, NOW, KEY)
    assert [] == tasks(store)


@pytest.mark.parametrize(
    ("name", "phone", "vehicle"),
    [(TREATED, False, {}), (HELD_OUT, True, {}), (TREATED, True, {"sold_on": date(2027, 1, 1)})],
    ids=["no permission to call", "the control group", "the vehicle is sold"],
)
def test_nobody_else_is_called(
    store: OpenUnitOfWork,
    name: str,
    phone: bool,  # noqa: FBT001 — a table's column
    vehicle: dict[str, object],
) -> None:
    put(store, name, phone=phone, **vehicle)
    assert [] == plan(store)


def test_after_a_message_that_nobody_answered_somebody_calls(store: OpenUnitOfWork) -> None:
    put(store, phone=False)
    plan(store)
    written(store)
    allow(store)
    (task,) = plan(store)
    assert (CallReason.NO_ANSWER, NOW.date()) == (task.reason, task.opens)
    assert "keine Antwort" in task.context[1]


def test_an_answer_closes_the_call_and_none_is_planned_again(store: OpenUnitOfWork) -> None:
    put(store, phone=False)
    plan(store)
    sent = written(store)
    allow(store)
    assert 1 == len(plan(store))
    answer(store, sent, "in_1_month")
    assert [] == tasks(store)
    assert [] == plan(store)


def test_a_booking_closes_the_call_with_the_next_import(store: OpenUnitOfWork) -> None:
    put(store)
    plan(store)
    booked = an_appointment(customer_id=TREATED, vehicle_id="V1", starts_at=NOW + 9 * DAY)
    change(store, lambda uow: uow.records.upsert_appointments([booked]))
    record_bookings(store, [SERVICE, LEASE], CONFIG, NOW)
    assert [] == tasks(store)
    assert [] == plan(store)


def test_work_that_was_done_closes_the_call(store: OpenUnitOfWork) -> None:
    put(store)
    (task,) = plan(store)
    job = a_job("V1:2", vehicle_id="V1", customer_id=TREATED, kind="hu", order_date=NOW.date())
    change(store, lambda uow: uow.records.upsert_jobs([job]))
    plan(store)
    with store() as uow:
        kept = uow.calls.get(task.task_id)
    assert kept is not None
    assert CallState.WITHDRAWN == kept.state


def test_whoever_asks_is_called_first_and_by_sales_about_the_next_vehicle(store: OpenUnitOfWork) -> None:
    put(store, phone=False, lease_end=date(2027, 7, 1))
    plan(store)
    sent = written(store, "lease_end")
    assert (1, 0) == (answer(store, sent, "call_me"), answer(store, sent, "call_me"))
    (call,) = listed(store).calls
    assert (CallReason.ASKED, Desk.SALES, Priority.HIGH) == (call.task.reason, call.task.desk, call.task.priority)
    assert (3, True) == (len(call.task.context), "Probefahrt" in call.task.context[2])
    assert [call.task] == plan(store)


def test_whoever_objects_after_asking_is_not_called(store: OpenUnitOfWork) -> None:
    put(store, phone=False)
    plan(store)
    sent = written(store)
    answer(store, sent, "call_me")
    answer(store, sent, "stop", NOW + timedelta(minutes=1))
    assert [] == tasks(store)
    assert 1 == answer(store, sent, "call_me", NOW + timedelta(minutes=2))


def test_a_hold_rests_the_call_but_not_what_the_customer_asked_for(store: OpenUnitOfWork) -> None:
    put(store, phone=False)
    plan(store)
    sent = written(store)
    allow(store)
    assert 1 == len(plan(store))
    change(store, lambda uow: uow.holds.set(Hold(TREATED, HoldKind.COMPLAINT, NOW.date())))
    found = listed(store)
    assert (0, 1) == (len(found.calls), found.not_allowed)
    answer(store, sent, "call_me")
    assert [CallReason.ASKED] == [call.task.reason for call in listed(store).calls]


@pytest.mark.parametrize(
    ("services", "shown"), [((), 0), (("hu_au",), 0), (("lease_end",), 1)], ids=["everything", "this", "another"]
)
def test_the_emergency_stop_rests_the_calls_of_what_it_covers(
    store: OpenUnitOfWork, services: tuple[str, ...], shown: int
) -> None:
    put(store, phone=False)
    plan(store)
    written(store)
    allow(store)
    plan(store)
    stop_sending(store, services, now=NOW, by="Frau Muster")
    found = listed(store)
    assert (shown, 1 - shown) == (len(found.calls), found.stopped)
