"""Bookings from the planner and the workshop's orders, noted as what messages brought."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from guildpost_agent.app.ports.people import Membership
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.app.record_bookings import record_bookings
from guildpost_agent.domain.records import Appointment, Channel, Job, Occasion, Outcome, Touchpoint, Triage
from tests.factories.agent import a_config, a_job, a_service, an_appointment
from tests.factories.sending_world import NOW, a_store, plan_touchpoint

SERVICES = (a_service("hu_au"), a_service("inspection"))
CONFIG = a_config()
DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> OpenUnitOfWork:
    return a_store(tmp_path)


def sent(store: OpenUnitOfWork, name: str = "erika", days: int = 0, **changes: object) -> Touchpoint:
    """A message that left so many days after NOW."""
    changes = {"state": "sent", "planned_at": NOW + days * DAY, **changes}
    touchpoint = plan_touchpoint(store, name, **changes)  # type: ignore[arg-type] # the caller names real fields
    with store() as uow:
        left = Outcome(f"delivered:{touchpoint.touchpoint_id}", touchpoint.touchpoint_id, "delivered", NOW + days * DAY)
        uow.outcomes.add([left])
        uow.commit()
    return touchpoint


def knows(store: OpenUnitOfWork, *records: Appointment | Job) -> None:
    with store() as uow:
        uow.records.upsert_appointments([one for one in records if isinstance(one, Appointment)])
        uow.records.upsert_jobs([one for one in records if isinstance(one, Job)])
        uow.commit()


def appointment(made: int, ahead: int = 20, **changes: Any) -> Appointment:
    """An appointment of Erika's, made so many days after NOW for a day further ahead."""
    day = NOW.date() + made * DAY
    known: dict[str, Any] = {
        "customer_id": "K-erika",
        "vehicle_id": "F-erika",
        "created_on": day,
        "starts_at": NOW + (made + ahead) * DAY,
    }
    return an_appointment(**{**known, **changes})


def order(day: int, **changes: Any) -> Job:
    """A job card of Erika's."""
    known: dict[str, Any] = {
        "customer_id": "K-erika",
        "vehicle_id": "F-erika",
        "kind": "hu",
        "order_date": NOW.date() + day * DAY,
    }
    return a_job(**{**known, **changes})


def booked(store: OpenUnitOfWork, after: int = 60) -> list[tuple[str, str]]:
    """Record what is known so many days later; give who is booked on what."""
    record_bookings(store, SERVICES, CONFIG, NOW + after * DAY)
    with store() as uow:
        return sorted((o.touchpoint_id, o.detail) for o in uow.outcomes.all() if o.kind == "booked")


def test_an_order_counts_like_an_appointment(store: OpenUnitOfWork) -> None:
    message = sent(store)
    knows(store, order(5))
    assert [(message.touchpoint_id, "order A1")] == booked(store)


@pytest.mark.parametrize(
    ("channel", "days", "counts"),
    [(Channel.EMAIL, 21, 1), (Channel.EMAIL, 22, 0), (Channel.LETTER, 42, 1), (Channel.LETTER, 43, 0)],
    ids=["e-mail, last day", "e-mail, a day late", "letter, last day", "letter, a day late"],
)
def test_each_channel_has_its_window(store: OpenUnitOfWork, channel: Channel, days: int, counts: int) -> None:
    sent(store, channel=channel)
    knows(store, order(days))
    assert counts == len(booked(store))


def test_the_last_message_before_a_booking_has_it(store: OpenUnitOfWork) -> None:
    sent(store)
    second = sent(store, days=7, touchpoint_id="t-second")
    sent(store, days=12, touchpoint_id="t-third")
    knows(store, appointment(10))
    assert [(second.touchpoint_id, "appointment T1")] == booked(store)


def test_an_appointment_and_the_order_of_its_visit_are_one_booking(store: OpenUnitOfWork) -> None:
    first = sent(store)
    knows(store, appointment(3, ahead=10))
    assert [(first.touchpoint_id, "appointment T1")] == booked(store, 5)
    sent(store, days=6, touchpoint_id="t-second")
    knows(store, order(13))
    assert [(first.touchpoint_id, "appointment T1")] == booked(store)


def test_a_message_that_leaves_on_the_day_of_a_noted_booking_does_not_get_it_too(store: OpenUnitOfWork) -> None:
    first = sent(store)
    knows(store, order(5))
    assert [(first.touchpoint_id, "order A1")] == booked(store, 5)
    sent(store, days=5, touchpoint_id="t-second")
    assert [(first.touchpoint_id, "order A1")] == booked(store)


def test_a_visit_that_was_booked_before_the_message_is_not_its_success(store: OpenUnitOfWork) -> None:
    sent(store)
    knows(store, appointment(-2, ahead=10), order(8))
    assert [] == booked(store)


def test_a_booking_that_is_called_off_is_none_and_a_new_one_counts(store: OpenUnitOfWork) -> None:
    message, first = sent(store), appointment(3)
    knows(store, first)
    assert [(message.touchpoint_id, "appointment T1")] == booked(store, 4)
    knows(store, replace(first, status="abgesagt"))
    assert [] == booked(store, 5)
    knows(store, appointment(9, appointment_id="T2"))
    assert [(message.touchpoint_id, "appointment T2")] == booked(store, 10)


def test_an_appointment_that_its_source_dropped_after_its_day_still_counts(store: OpenUnitOfWork) -> None:
    message, made = sent(store), appointment(3, ahead=5)
    knows(store, made)
    booked(store, 4)
    knows(store, replace(made, status="entfallen"))
    assert [(message.touchpoint_id, "appointment T1")] == booked(store)


def test_what_a_message_carried_along_is_its_booking_too(store: OpenUnitOfWork) -> None:
    message = sent(store, bundled=("o-carried",))
    carried = Occasion(
        "o-carried", "K-erika", "F-zweitwagen", "inspection", date(2027, 4, 1), "dms", 1.0, Triage.TRUSTED
    )
    with store() as uow:
        uow.plans.replace_occasions([*uow.plans.occasions(), carried])
        uow.commit()
    knows(store, order(5, vehicle_id="F-zweitwagen", kind="inspection"))
    assert [(message.touchpoint_id, "order A1")] == booked(store)


def test_a_booking_under_another_number_of_the_same_person_counts(store: OpenUnitOfWork) -> None:
    message = sent(store)
    sent(store, "erika-2")
    with store() as uow:
        rows = [Membership("K-erika", "P1", "H1"), Membership("K-erika-2", "P1", "H1")]
        uow.people.store(rows, {}, NOW)
        uow.commit()
    knows(store, order(5, customer_id="K-erika-2"))
    assert [(message.touchpoint_id, "order A1")] == booked(store)


@pytest.mark.parametrize(
    ("changes", "counts"),
    [({"vehicle_id": ""}, 1), ({"vehicle_id": "F-anderes"}, 0), ({"customer_id": "K-anna"}, 0), ({"occasion": ""}, 0)],
    ids=["no vehicle named", "another vehicle", "another customer", "for nothing known"],
)
def test_person_vehicle_and_occasion_decide(store: OpenUnitOfWork, changes: dict[str, Any], counts: int) -> None:
    sent(store)
    knows(store, appointment(3, **changes))
    assert counts == len(booked(store))
