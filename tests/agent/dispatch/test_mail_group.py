"""Mails that are claimed together: each is checked as if it were alone, and as if what went before were written."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from guildpost_agent.adapters.sql.prepared import Prepared
from guildpost_agent.app.mail_group import MailGroup
from guildpost_agent.app.outbox_steps import objection, rests
from guildpost_agent.app.ports.people import Membership
from guildpost_agent.app.ports.reading import Reading
from guildpost_agent.app.ports.unit_of_work import OutboxJob, UnitOfWork
from guildpost_agent.app.read_ahead import ReadAhead
from guildpost_agent.app.recheck_touchpoint import recheck_touchpoint
from guildpost_agent.domain import work_kinds
from guildpost_agent.domain.call_results import Reached
from guildpost_agent.domain.call_tasks import CallState
from guildpost_agent.domain.consent.events import ConsentEvent
from guildpost_agent.domain.consent.preferences import Preferences
from guildpost_agent.domain.consent.terms import EVERY, Kind
from guildpost_agent.domain.holds import Hold, HoldKind
from guildpost_agent.domain.outbox import Event, State
from guildpost_agent.domain.records import Touchpoint
from guildpost_agent.domain.smtp_replies import Receipt, Verdict
from guildpost_agent.domain.suppression import DECEASED, address_hmac, suppression_entry
from tests.agent.calls.test_call_steps import TASK
from tests.factories.agent import a_job, a_service, a_withdrawal, an_appointment
from tests.factories.sending_world import NOW, Due, SendingWorld, a_due_message, plan_all
from tests.fakes.channel import FakeChannel

DAY = timedelta(days=1)
ZONE = ZoneInfo("Europe/Berlin")
SERVICE = a_service()
NAMES = ("anna", "berta", "clara", "dora", "emma", "fanny")


def check(uow: Reading, touchpoint: Touchpoint) -> str | None:
    """Be the agent's own last check."""
    return recheck_touchpoint(uow, touchpoint, service=SERVICE, state="BW", now=NOW, zone=ZONE)


def a_waiting_job(due: Due, **changes: Any) -> OutboxJob:
    name = due.touchpoint.touchpoint_id
    job = OutboxJob(name, "email", f"<{name}@x>", name, due.customer.email, State.READY, 0, NOW, NOW)
    return replace(job, **changes)


def a_second_record(uow: UnitOfWork, due: Due) -> str:
    """Let the customer be known under two numbers; give the other one."""
    mine, other = due.customer.customer_id, f"{due.customer.customer_id}-2"
    uow.records.upsert_customers([replace(due.customer, customer_id=other, email="")])
    uow.people.store([Membership(one, mine, mine) for one in (mine, other)], {}, NOW)
    return other


def a_housemate(uow: UnitOfWork, due: Due) -> str:
    """Let somebody live with the customer; give their number."""
    mine, other = due.customer.customer_id, f"{due.customer.customer_id}-3"
    uow.people.store([Membership(one, one, mine) for one in (mine, other)], {}, NOW)
    return other


def wrote_to_a_housemate(uow: UnitOfWork, due: Due) -> None:
    theirs = replace(due.touchpoint, touchpoint_id=f"{due.touchpoint.touchpoint_id}-3", state="sent")
    uow.plans.add_touchpoints([replace(theirs, customer_id=a_housemate(uow, due), planned_at=NOW - 2 * DAY)])
    uow.outbox.add(a_waiting_job(replace(due, touchpoint=theirs), state=State.SENT, changed_at=NOW - DAY))


def called_a_housemate(uow: UnitOfWork, due: Due) -> None:
    made: dict[str, Any] = {"state": CallState.DONE, "closed_at": NOW - DAY, "result": Reached()}
    uow.calls.add(replace(TASK, task_id=f"c-{due.customer.customer_id}", customer_id=a_housemate(uow, due), **made))


def wrote_twice_where_one_is_wished(uow: UnitOfWork, due: Due) -> None:
    wishes = Preferences(most_per_year=1)
    uow.consents.append([ConsentEvent(due.customer.customer_id, Kind.PREFERRED, EVERY, EVERY, NOW, preferences=wishes)])
    before = replace(due.touchpoint, touchpoint_id=f"{due.touchpoint.touchpoint_id}-1", planned_at=NOW - 60 * DAY)
    uow.plans.add_touchpoints([replace(before, state="sent")])
    uow.outbox.add(a_waiting_job(replace(due, touchpoint=before), state=State.SENT, changed_at=NOW - 60 * DAY))


def suppress(world: SendingWorld, uow: UnitOfWork, due: Due, mark: str) -> None:
    entry = suppression_entry(world.keys.suppression, due.customer, mark)
    assert entry is not None
    uow.suppressions.add(entry, mark, "objection", NOW)


MISFORTUNES: dict[str, tuple[Callable[[SendingWorld, UnitOfWork, Due], object], str | None]] = {
    "nothing": (lambda *_: None, None),
    "withdrew": (lambda _, uow, due: uow.consents.append([a_withdrawal(due.customer.customer_id)]), "NO_LEGAL_BASIS"),
    "withdrew under another number": (
        lambda _, uow, due: uow.consents.append([a_withdrawal(a_second_record(uow, due))]),
        "NO_LEGAL_BASIS",
    ),
    "set aside": (lambda _, uow, due: uow.rights.restrict([due.customer.customer_id], "Art. 18", NOW), "RESTRICTED"),
    "suppressed": (lambda world, uow, due: suppress(world, uow, due, "email"), "suppressed"),
    "deceased": (lambda world, uow, due: suppress(world, uow, due, DECEASED), "deceased"),
    "another address": (
        lambda _, uow, due: uow.records.upsert_customers([replace(due.customer, email="x@neu.example")]),
        "address_changed",
    ),
    "sold": (
        lambda _, uow, due: uow.records.upsert_vehicles([replace(due.vehicle, sold_on=NOW.date() - DAY)]),
        "SOLD_OR_GONE",
    ),
    "booked": (
        lambda _, uow, due: uow.records.upsert_appointments([
            an_appointment(f"T-{due.customer.customer_id}", vehicle_id=due.vehicle.vehicle_id)
        ]),
        "ALREADY_BOOKED",
    ),
    "done": (
        lambda _, uow, due: uow.records.upsert_jobs([
            a_job(
                f"A-{due.customer.customer_id}",
                vehicle_id=due.vehicle.vehicle_id,
                kind=work_kinds.HU,
                order_date=NOW.date() - DAY,
            )
        ]),
        "DONE_HERE",
    ),
    "complained": (
        lambda _, uow, due: uow.holds.set(
            Hold(due.customer.customer_id, HoldKind.COMPLAINT, NOW.date() - DAY, None)
        ),
        "OPEN_COMPLAINT",
    ),
    "complained under another number": (
        lambda _, uow, due: uow.holds.set(
            Hold(a_second_record(uow, due), HoldKind.COMPLAINT, NOW.date() - DAY, None)
        ),
        "OPEN_COMPLAINT",
    ),
    "a housemate was written to": (lambda _, uow, due: wrote_to_a_housemate(uow, due), "FREQUENCY_CAP"),
    "a housemate was called": (lambda _, uow, due: called_a_housemate(uow, due), "FREQUENCY_CAP"),
    "wished to hear less": (lambda _, uow, due: wrote_twice_where_one_is_wished(uow, due), "FREQUENCY_CAP"),
}  # fmt: skip


@pytest.fixture
def world(tmp_path: Path) -> SendingWorld:
    """Six customers whose mails wait in the outbox."""
    world = SendingWorld(tmp_path)
    plan_all(world.open_uow, [a_due_message(name) for name in NAMES])
    with world.open_uow() as uow:
        for name in NAMES:
            uow.outbox.add(a_waiting_job(a_due_message(name)))
        uow.commit()
    return world


def waiting(uow: UnitOfWork) -> list[OutboxJob]:
    return uow.outbox.in_state("email", State.READY)


def objections(world: SendingWorld, reading: Reading, jobs: list[OutboxJob]) -> list[str | None]:
    key = world.keys.suppression
    assert not any(rests(reading, job) for job in jobs)
    return [objection(reading, job, suppression_key=key, recheck=check, now=NOW) for job in jobs]


@pytest.mark.parametrize("misfortune", MISFORTUNES)
def test_whatever_befell_one_is_seen_and_the_others_go_out(world: SendingWorld, misfortune: str) -> None:
    befall, expected = MISFORTUNES[misfortune]
    with world.open_uow() as uow:
        befall(world, uow, a_due_message("clara"))
        jobs = waiting(uow)
        found = objections(world, ReadAhead(uow, [job.touchpoint_id for job in jobs]), jobs)

    assert [None, None, expected, None, None, None] == found


@given(fates=st.lists(st.sampled_from(sorted(MISFORTUNES)), min_size=len(NAMES), max_size=len(NAMES)))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_group_hears_what_each_would_hear_alone(world: SendingWorld, fates: list[str]) -> None:
    with world.open_uow() as uow:
        for name, fate in zip(NAMES, fates, strict=True):
            MISFORTUNES[fate][0](world, uow, a_due_message(name))
        jobs = waiting(uow)

        assert objections(world, uow, jobs) == objections(
            world, ReadAhead(uow, [job.touchpoint_id for job in jobs]), jobs
        )


DAYS = st.one_of(st.just(date.min), st.dates(date(2025, 1, 1), date(2027, 6, 1)))


@given(
    done=st.lists(st.tuples(st.sampled_from(NAMES), DAYS), max_size=12),
    asked=st.lists(st.tuples(st.sampled_from(NAMES), DAYS), min_size=1, max_size=8),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whoever_asks_since_whatever_day_hears_of_every_work_done_since(
    world: SendingWorld, done: list[tuple[str, date]], asked: list[tuple[str, date]]
) -> None:
    with world.open_uow() as uow:
        work = [a_job(f"A{n}:0", vehicle_id=f"F-{name}", order_date=day) for n, (name, day) in enumerate(done)]
        uow.records.upsert_jobs(work)
        reading = ReadAhead(uow, [job.touchpoint_id for job in waiting(uow)])
        for name, since in asked:
            expected = {one.job_id for one in work if one.vehicle_id == f"F-{name}" and one.order_date >= since}
            assert expected == {one.job_id for one in reading.records.jobs_of(f"F-{name}", since)}
            assert expected == {one.job_id for one in uow.records.jobs_of(f"F-{name}", since)}


def test_a_larger_group_is_checked_by_as_many_statements_as_a_small_one(
    world: SendingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, count = Prepared._execute, [0]

    def counting(self: Prepared, connection: Connection, values: dict[str, Any]) -> Any:
        count[0] += 1
        return run(self, connection, values)

    monkeypatch.setattr(Prepared, "_execute", counting)
    needed = []
    for size in (2, 6):
        count[0] = 0
        with world.open_uow() as uow:
            jobs = waiting(uow)[:size]
            count[0] = 0
            assert [None] * size == objections(world, ReadAhead(uow, [job.touchpoint_id for job in jobs]), jobs)
        needed.append(count[0])

    assert needed[0] == needed[1] <= 20


def test_two_of_one_household_are_never_claimed_side_by_side(world: SendingWorld) -> None:
    with world.open_uow() as uow:
        uow.people.store([Membership(f"K-{name}", f"K-{name}", "home") for name in ("anna", "berta")], {}, NOW)
        uow.commit()
    channel = FakeChannel(connections=len(NAMES))

    summary = world.dispatch(channel, recheck=check)

    assert (5, {"FREQUENCY_CAP": 1}) == (summary.sent, dict(summary.refused))
    assert "berta@beispiel.example" not in {mail.recipient for mail in channel.mails}


def test_what_moved_since_it_was_listed_is_neither_claimed_nor_counted(world: SendingWorld) -> None:
    with world.open_uow() as uow:
        jobs = waiting(uow)
        uow.outbox.move(jobs[0].touchpoint_id, expected="ready", to="refused", now=NOW, response="cancelled")
        group = MailGroup(uow, jobs, NOW, suppression_key=world.keys.suppression, recheck=check)
        claimed = [group.step(job, Event.CLAIM, "") for job in jobs]
        group.write()

        assert [False, True, True, True, True, True] == claimed
        assert jobs[1:] == [
            replace(job, state="ready", response="") for job in uow.outbox.in_state("email", State.SENDING)
        ]
        stored = uow.outbox.get(jobs[0].touchpoint_id)
        assert stored is not None
        assert ("refused", "cancelled") == (stored.state, stored.response)


def test_receipts_that_come_together_have_each_their_state_outcome_and_suppression(world: SendingWorld) -> None:
    verdicts = [
        Verdict.ACCEPTED, Verdict.DEAD, Verdict.BOUNCED, Verdict.REJECTED, Verdict.UNKNOWN, Verdict.DEFERRED,
    ]  # fmt: skip
    with world.open_uow() as uow:
        jobs = [replace(job, state=State.SENDING) for job in waiting(uow)]
        for job in jobs:
            uow.outbox.move(job.touchpoint_id, expected="ready", to="sending", now=NOW)
        group = MailGroup(uow, jobs, NOW, suppression_key=world.keys.suppression, recheck=check)
        states = [group.settle(job, Receipt(verdict)) for job, verdict in zip(jobs, verdicts, strict=True)]
        group.write()

        assert ["sent", "bounced", "bounced", "failed", "unsure", "ready"] == states
        assert states == [job.state for job in uow.outbox.some([job.touchpoint_id for job in jobs])]
        assert ["delivered", "bounced", "bounced"] == [
            one.kind for one in sorted(uow.outcomes.all(), key=lambda one: one.touchpoint_id)
        ]
        listed = [
            uow.suppressions.contains(address_hmac(world.keys.suppression, job.recipient), "email") for job in jobs
        ]
        assert [False, True, False, False, False, False] == listed
