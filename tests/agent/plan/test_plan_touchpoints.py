from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from guildpost_agent.app.explain import explain
from guildpost_agent.app.plan_touchpoints import PlanSummary, plan_touchpoints
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, OutboxJob, UnitOfWork
from guildpost_agent.app.recheck_touchpoint import recheck_touchpoint
from guildpost_agent.app.record_bookings import record_bookings
from guildpost_agent.domain.exclusions import Reason
from guildpost_agent.domain.lift.control import ControlGroup
from guildpost_agent.domain.records import Channel, Decision, Outcome, Touchpoint
from guildpost_agent.domain.suppression import suppression_entry
from guildpost_agent.domain.working_days import is_quiet
from guildpost_shared.catalog import load
from guildpost_shared.errors import Refused
from tests.factories.agent import (
    KEY,
    NOW,
    TODAY,
    a_config,
    a_consent,
    a_customer,
    a_job,
    a_service,
    a_vehicle,
    a_withdrawal,
    an_appointment,
    open_store,
)

SERVICES = (a_service("hu_au"), a_service("inspection"))
CONFIG = a_config()
BERLIN = ZoneInfo(CONFIG.dealer.timezone)
TREATED = next(str(n) for n in range(1, 50) if not any(ControlGroup(KEY).holds(str(n), s.service_id) for s in SERVICES))
HELD_OUT = next(str(n) for n in range(1, 900) if ControlGroup(KEY).holds(str(n), "hu_au"))


@pytest.fixture
def store(tmp_path: Path) -> OpenUnitOfWork:
    return open_store(tmp_path)


def put(store: OpenUnitOfWork, customer_id: str = TREATED, vehicle_id: str = "V1", **vehicle: object) -> None:
    """Store a customer with an e-mail permission and a vehicle seen here last year."""
    change(store, lambda uow: add(uow, customer_id, vehicle_id, **vehicle))


def add(uow: UnitOfWork, customer_id: str, vehicle_id: str, **vehicle: object) -> None:
    """Do so inside a transaction."""
    uow.records.upsert_customers([a_customer(customer_id)])
    uow.consents.append([a_consent(customer_id)])
    known = {"next_service": date(2028, 9, 1), **vehicle}
    uow.records.upsert_vehicles([a_vehicle(vehicle_id, customer_id=customer_id, **known)])
    uow.records.upsert_jobs([a_job(f"{vehicle_id}:1", vehicle_id=vehicle_id, customer_id=customer_id)])


def change(store: OpenUnitOfWork, work: Callable[[UnitOfWork], object]) -> None:
    with store() as uow:
        work(uow)
        uow.commit()


def plan(store: OpenUnitOfWork, now: datetime = NOW) -> PlanSummary:
    return plan_touchpoints(store, SERVICES, CONFIG, now, KEY)


def touchpoints(store: OpenUnitOfWork) -> list[Touchpoint]:
    with store() as uow:
        return uow.plans.touchpoints()


def only_decision(store: OpenUnitOfWork) -> Decision:
    with store() as uow:
        (occasion,) = uow.plans.occasions()
        decision = uow.plans.decision(occasion.occasion_id)
    assert decision is not None
    return decision


def sent(store: OpenUnitOfWork, touchpoint: Touchpoint, at: datetime) -> None:
    """Do what the dispatcher does when a message has left."""
    job = OutboxJob(touchpoint.touchpoint_id, touchpoint.channel, touchpoint.touchpoint_id, touchpoint.touchpoint_id,
                    "erika@post.example", "sent", 1, at, at)  # fmt: skip
    with store() as uow:
        uow.outbox.add(job)
        assert uow.plans.move(touchpoint.touchpoint_id, expected="planned", to="sent")
        uow.outcomes.add([Outcome(f"delivered:{touchpoint.touchpoint_id}", touchpoint.touchpoint_id, "delivered", at)])
        uow.commit()


def test_a_due_vehicle_becomes_one_explained_touchpoint(store: OpenUnitOfWork) -> None:
    put(store)
    summary = plan(store)
    assert (summary.occasions, summary.planned, summary.refused) == (1, 1, {})
    (touchpoint,) = touchpoints(store)
    assert (touchpoint.channel, touchpoint.service_id, touchpoint.due_date) == (
        Channel.EMAIL,
        "hu_au",
        date(2027, 4, 30),
    )
    assert not is_quiet(touchpoint.planned_at, BERLIN, frozenset({"BW"}))
    assert only_decision(store).reason == Reason.PLANNED
    german = explain(store, touchpoint.touchpoint_id)
    assert german == explain(store, touchpoint.occasion_id)
    assert german.reasons[:2] == (
        "Die HU ist bis 30.04.2027 fällig; so steht es im Händlersystem.",
        "Per E-Mail, weil dafür eine nachgewiesene Einwilligung vorliegt.",
    )
    assert explain(store, touchpoint.touchpoint_id, "en").headline == "Planned: no reason for exclusion applies."
    assert len(german.reasons) == 5


def test_planning_again_changes_nothing(store: OpenUnitOfWork) -> None:
    put(store)
    plan(store)
    before = touchpoints(store), only_decision(store)
    for days in range(0, 20, 5):
        assert plan(store, NOW + timedelta(days=days)).planned == 0
    assert before == (touchpoints(store), only_decision(store))


def test_the_plan_does_not_depend_on_the_order_of_the_rows(tmp_path: Path) -> None:
    random, plans = Random(7), []
    names = [str(n) for n in range(60)]
    for number in range(2):
        (tmp_path / str(number)).mkdir()
        shuffled = open_store(tmp_path / str(number))
        random.shuffle(names)
        with shuffled() as uow:
            for name in names:
                add(uow, name, f"V{name}", next_hu=date(2027, 3 + int(name) % 4, 1))
            uow.commit()
        plan(shuffled)
        plans.append(touchpoints(shuffled))
    assert plans[0] == plans[1]
    assert len(plans[0]) > 20


def suppress(uow: UnitOfWork, channel: Channel) -> None:
    uow.documents.put("keys/suppression", KEY)
    entry = suppression_entry(KEY, a_customer(TREATED), channel)
    assert entry is not None
    uow.suppressions.add(entry, channel, "objection", NOW)


def suppress_all(uow: UnitOfWork) -> None:
    for channel in Channel:
        suppress(uow, channel)


def customer_becomes(**changes: object) -> Callable[[UnitOfWork], object]:
    return lambda uow: uow.records.upsert_customers([a_customer(TREATED, **changes)])


def book(uow: UnitOfWork) -> None:
    uow.records.upsert_appointments([an_appointment(customer_id=TREATED)])


def do_the_work(uow: UnitOfWork) -> None:
    uow.records.upsert_jobs([a_job("A2", customer_id=TREATED, kind="hu", order_date=date(2027, 2, 26))])


REFUSALS: dict[str, tuple[Callable[[UnitOfWork], object], Reason]] = {
    "sold": (lambda uow: uow.records.mark_vehicle_gone("V1", TODAY), Reason.SOLD_OR_GONE),
    "supplier": (customer_becomes(is_supplier=True), Reason.NOT_CUSTOMER),
    "no address": (customer_becomes(email="", street=""), Reason.ADDRESS_INVALID),
    "objection": (lambda uow: uow.records.block_advertising(TREATED), Reason.NO_LEGAL_BASIS),
    "both channels suppressed": (suppress_all, Reason.NO_LEGAL_BASIS),
    "booked": (book, Reason.ALREADY_BOOKED),
    "done": (do_the_work, Reason.DONE_HERE),
}


@pytest.mark.parametrize(("work", "reason"), REFUSALS.values(), ids=REFUSALS.keys())
def test_an_exclusion_refuses_before_and_cancels_after_planning(
    store: OpenUnitOfWork, work: Callable[[UnitOfWork], object], reason: Reason
) -> None:
    put(store)
    plan(store)
    change(store, work)
    summary = plan(store)
    assert summary.planned == 0
    assert ["cancelled"] == [t.state for t in touchpoints(store)]
    decision = only_decision(store)
    assert (reason, False) == (decision.reason, decision.kept)
    assert explain(store, decision.occasion_id).headline.startswith("Nicht angeschrieben: ")


def test_a_new_keeper_is_a_new_occasion_and_ends_the_old_one(store: OpenUnitOfWork) -> None:
    put(store)
    plan(store)
    other = next(str(n) for n in range(50, 99) if not ControlGroup(KEY).holds(str(n), "hu_au"))
    put(store, other)
    assert plan(store).planned == 1
    assert {(TREATED, "cancelled"), (other, "planned")} == {(t.customer_id, t.state) for t in touchpoints(store)}


def test_a_vehicle_of_an_unknown_customer_is_refused(store: OpenUnitOfWork) -> None:
    lost = a_vehicle(customer_id="none", next_service=date(2028, 9, 1))
    change(store, lambda uow: uow.records.upsert_vehicles([lost]))
    assert plan(store).refused == {"NOT_CUSTOMER": 1}


def test_without_permission_for_mail_a_letter_is_planned(store: OpenUnitOfWork) -> None:
    put(store)
    change(store, lambda uow: uow.consents.append([a_withdrawal(TREATED)]))
    plan(store)
    (letter,) = touchpoints(store)
    assert (letter.channel, letter.hour) == (Channel.LETTER, None)
    assert "Per Brief aus berechtigtem Interesse" in explain(store, letter.touchpoint_id).reasons[1]


def test_a_suppressed_mail_address_leaves_the_letter(store: OpenUnitOfWork) -> None:
    put(store)
    change(store, lambda uow: suppress(uow, Channel.EMAIL))
    plan(store)
    assert [Channel.LETTER] == [t.channel for t in touchpoints(store)]


def test_stale_vehicles_are_listed_and_never_planned(store: OpenUnitOfWork) -> None:
    put(store, vehicle_id="V2", next_hu=date(2021, 4, 1), first_registration=date(2014, 4, 1))
    change(
        store,
        lambda uow: uow.records.upsert_jobs(
            [a_job("V2:1", vehicle_id="V2", order_date=date(2019, 1, 1), invoiced_on=None)]
        ),
    )
    summary = plan(store)
    assert (summary.planned, summary.triage["stale"], summary.refused) == (0, 1, {"STALE": 1})
    with store() as uow:
        assert ["STALE"] == [decision.reason for decision in uow.plans.decisions_for("STALE")]


def test_who_is_held_out_stays_held_out_even_after_booking(store: OpenUnitOfWork) -> None:
    put(store, HELD_OUT)
    assert plan(store).refused == {"HOLDOUT": 1}
    first = only_decision(store)
    change(store, lambda uow: uow.records.upsert_appointments([an_appointment(customer_id=HELD_OUT)]))
    for days in (50, 70):  # within the window, and after the due date
        assert plan(store, NOW + timedelta(days=days)).planned == 0
        assert first == only_decision(store)


def test_a_due_month_that_moves_moves_the_planned_touchpoint(store: OpenUnitOfWork) -> None:
    put(store)
    plan(store)
    change(store, lambda uow: uow.records.set_next_hu("V1", date(2027, 5, 1)))
    assert plan(store, datetime(2027, 3, 10, 6, tzinfo=UTC)).planned == 1
    assert {("cancelled", date(2027, 4, 30)), ("planned", date(2027, 5, 31))} == {
        (t.state, t.due_date) for t in touchpoints(store)
    }


def test_a_booking_called_off_lets_the_occasion_be_planned_again(store: OpenUnitOfWork) -> None:
    put(store)
    plan(store)
    booking = an_appointment(customer_id=TREATED)
    change(store, lambda uow: uow.records.upsert_appointments([booking]))
    assert record_bookings(store, SERVICES, CONFIG, NOW).cancelled == 1
    assert only_decision(store).reason == Reason.ALREADY_BOOKED
    change(store, lambda uow: uow.records.upsert_appointments([replace(booking, status="abgesagt")]))
    assert plan(store).planned == 1
    assert sorted(t.state for t in touchpoints(store)) == ["cancelled", "planned"]


def test_a_booking_after_a_message_is_its_outcome_once(store: OpenUnitOfWork) -> None:
    put(store)
    plan(store)
    (touchpoint,) = touchpoints(store)
    sent(store, touchpoint, touchpoint.planned_at)
    day = touchpoint.planned_at.date()
    booking = an_appointment(customer_id=TREATED, created_on=day + timedelta(days=3))
    change(store, lambda uow: uow.records.upsert_appointments([booking]))
    later = touchpoint.planned_at + timedelta(days=4)
    assert [1, 0] == [record_bookings(store, SERVICES, CONFIG, later).booked for _ in range(2)]
    with store() as uow:
        (booked,) = [outcome for outcome in uow.outcomes.of(touchpoint.touchpoint_id) if outcome.kind == "booked"]
    assert booked.at.date() == booking.created_on
    assert booked.detail == "appointment T1"


def test_what_was_sent_is_settled(store: OpenUnitOfWork) -> None:
    put(store)
    plan(store)
    (touchpoint,) = touchpoints(store)
    sent(store, touchpoint, touchpoint.planned_at)
    change(store, lambda uow: uow.records.mark_vehicle_gone("V1", TODAY))
    plan(store, touchpoint.planned_at + timedelta(days=1))
    assert ["sent"] == [t.state for t in touchpoints(store)]
    assert only_decision(store).kept


def recheck(store: OpenUnitOfWork, touchpoint: Touchpoint, now: datetime) -> str | None:
    with store() as uow:
        return recheck_touchpoint(uow, touchpoint, service=a_service(), state="BW", now=now, zone=BERLIN)


def test_the_last_check_reads_the_database_of_the_moment(store: OpenUnitOfWork) -> None:
    put(store)
    plan(store)
    (touchpoint,) = touchpoints(store)
    assert recheck(store, touchpoint, touchpoint.planned_at) is None
    change(store, lambda uow: suppress(uow, Channel.EMAIL))
    assert recheck(store, touchpoint, touchpoint.planned_at) == Reason.NO_LEGAL_BASIS


def test_after_an_outage_two_messages_do_not_leave_together(store: OpenUnitOfWork) -> None:
    put(store)
    put(store, vehicle_id="V2", next_hu=date(2027, 5, 1))
    plan(store, datetime(2027, 3, 5, 6, tzinfo=UTC))
    first, second = touchpoints(store)
    sent(store, first, second.planned_at - timedelta(days=1))
    assert recheck(store, second, second.planned_at) == Reason.FREQUENCY_CAP


def test_a_service_that_the_dealer_does_not_run_is_not_planned(store: OpenUnitOfWork) -> None:
    put(store)
    config = a_config(services={"enabled": ["inspection"]})
    assert plan_touchpoints(store, SERVICES, config, NOW, KEY).occasions == 0


def test_an_unknown_id_cannot_be_explained(store: OpenUnitOfWork) -> None:
    with pytest.raises(Refused) as caught:
        explain(store, "nothing")
    assert caught.value.code == "plan_unknown_id"


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_reason_has_its_sentence(language: str) -> None:
    catalog = load("guildpost_agent", "en" if language == "en" else "de")
    wanted = {f"plan.refused.{reason.value}" for reason in Reason if reason not in {Reason.PLANNED, Reason.BUNDLED}}
    wanted |= {f"plan.reason.due_hu_{source}" for source in ("dms", "job", "rolled", "registration")}
    wanted |= {f"plan.reason.due_inspection_{source}" for source in ("dms", "job", "mileage", "rolled", "registration")}
    wanted |= {f"plan.reason.{kind}_{arm}" for kind in ("lead", "slot") for arm in ("default", "explore", "follow_up")}
    wanted |= {f"plan.weekday.{day}" for day in range(7)} | {
        "plan.kept",
        "plan.reason.letter_release",
        "plan.reason.pressure",
    }
    wanted |= {"plan.reason.channel_email_consent", "plan.reason.channel_email_uwg_7_3"}
    wanted |= {"plan.reason.channel_letter_legitimate_interest"}
    assert wanted <= catalog.ids()
