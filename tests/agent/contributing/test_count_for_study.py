"""Each kind counted from a real encrypted database: calls, outcomes, the consent ledger, of two brands."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from guildpost_agent.app.count_for_study import Setting, count_for_study
from guildpost_agent.app.ports.unit_of_work import ImportReport, OpenUnitOfWork
from guildpost_agent.domain.brands import FIRST, local_service
from guildpost_agent.domain.call_results import Booked, NotReached, Result
from guildpost_agent.domain.call_tasks import CallReason, CallState, CallTask, Desk
from guildpost_agent.domain.consent.terms import Basis, Origin, Purpose
from guildpost_agent.domain.contributing.units import DEALER
from guildpost_agent.domain.records import Decision, Occasion, Outcome, Triage
from guildpost_shared.studies.counted import counted_study
from tests.factories.agent import a_consent, a_customer, a_job, a_service, a_withdrawal, open_store
from tests.factories.round_world import ZONE, a_touchpoint

AT = datetime(2027, 3, 9, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
FIRST_BRAND = {
    "lift": {"mail": "hu_au/treated/planned hu_au/treated/came"},
    "channel": {
        "mail": "hu_au/email/delivered hu_au/email/booked",
        "called": "hu_au/call/delivered hu_au/call/booked",
    },
    "pressure": {"mail": "contacts/2/contacted contacts/2/answered contacts/2/objected"},
    "adoption": {DEALER: "hu_au/dealers/switched_on"},
}
SECOND_BRAND = {
    "lift": {"other": "hu_au/treated/planned"},
    "channel": {"other": "hu_au/email/delivered"},
    "pressure": {"other": "contacts/1/contacted"},
    "adoption": {DEALER: "hu_au/dealers/switched_on"},
}


def a_call(customer: str, at: datetime, result: Result, service: str = "hu_au") -> CallTask:
    """Build a call that was made."""
    return CallTask(
        f"call-{customer}-{at:%m%d}", customer, f"v-{customer}", service, Desk.WORKSHOP, CallReason.DUE,
        Purpose.SERVICE_REMINDERS, Basis.CONSENT, (1,), at.date(), at.date(), at, f"call-o-{customer}",
        state=CallState.DONE, result=result, closed_at=at, closed_by="Ada",
    )  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> OpenUnitOfWork:
    """One was called in January, then got a mail, booked and withdrew; one booked on the telephone; one was not there.

    A second brand wrote to one customer.
    """
    store = open_store(tmp_path)
    with store() as uow:
        uow.records.upsert_customers([a_customer(one) for one in ("mail", "called", "absent", "other")])
        touchpoints = [a_touchpoint("m", "mail", AT), a_touchpoint("s", "other", AT, service_id="skoda-hu_au")]
        uow.plans.replace_occasions(
            [
                Occasion(t.occasion_id, t.customer_id, t.vehicle_id, t.service_id, t.due_date, "dms", 1, Triage.TRUSTED)
                for t in touchpoints
            ]
        )
        uow.plans.add_touchpoints(touchpoints)
        uow.outcomes.add([Outcome(f"d{t.touchpoint_id}", t.touchpoint_id, "delivered", AT) for t in touchpoints])
        uow.outcomes.add([Outcome("b", "m", "booked", AT + 3 * DAY)])
        uow.consents.append([a_withdrawal("mail", at=AT + 5 * DAY, origin=Origin.HERE)])
        uow.consents.append([a_withdrawal("other", at=AT + 5 * DAY, origin=Origin.DMS)])
        for task in (
            a_call("mail", datetime(2026, 11, 12, 9, tzinfo=UTC), Booked()),
            a_call("called", AT, Booked()),
            a_call("absent", AT, NotReached()),
        ):
            uow.calls.add(task)
        uow.records.upsert_jobs(
            [a_job("j", customer_id="mail", vehicle_id="v-mail", order_date=date(2027, 3, 12), kind="hu")]
        )
        uow.imports.start("i", datetime(2027, 6, 20, tzinfo=UTC))
        uow.imports.finish(ImportReport("i", datetime(2027, 6, 20, tzinfo=UTC), "done", 1, 1, 0, {}))
        uow.commit()
    return store


@pytest.mark.parametrize("kind", FIRST_BRAND)
@pytest.mark.parametrize(
    ("brand", "expected"), [(FIRST, FIRST_BRAND), ("skoda", SECOND_BRAND)], ids=["first", "second"]
)
def test_a_kind_counts_what_the_database_holds_for_the_rounds_brand(
    store: OpenUnitOfWork, kind: str, brand: str, expected: dict[str, dict[str, str]]
) -> None:
    assert expected[kind] == _counted(store, kind, brand)


@pytest.mark.parametrize("kind", FIRST_BRAND)
def test_who_is_left_out_brings_nothing(store: OpenUnitOfWork, kind: str) -> None:
    assert {} == _counted(store, kind, FIRST, already=[*FIRST_BRAND[kind]])


def test_somebody_held_out_counts_only_with_a_day_of_their_own(store: OpenUnitOfWork) -> None:
    """A day that is derived from others' would let one customer move another one's part."""
    with store() as uow:
        names = ("stated", "derived")
        uow.records.upsert_customers([a_customer(one) for one in names])
        uow.consents.append([a_consent(one) for one in names])
        uow.plans.replace_occasions(
            [Occasion(one, one, f"v-{one}", "hu_au", date(2027, 4, 18), "dms", 1, Triage.TRUSTED) for one in names],
            [f"v-{one}" for one in names],
        )
        facts = {"stated": {"channel": "email", "planned_on": "2027-03-09"}, "derived": {}}
        uow.plans.record_decisions([Decision(one, AT - 20 * DAY, False, "HOLDOUT", {**facts[one]}) for one in names])
        uow.commit()
    expected = FIRST_BRAND["lift"] | {"stated": "hu_au/held_out/planned"}
    assert expected == _counted(store, "lift", FIRST)


def test_without_a_delivery_nobody_knows_who_came(tmp_path: Path) -> None:
    assert {} == _counted(open_store(tmp_path), "lift", FIRST)


def _counted(store: OpenUnitOfWork, kind: str, brand: str, already: Iterable[str] = ()) -> dict[str, str]:
    study = counted_study(
        kind, brand="A", services=["hu_au"], period_start=date(2027, 1, 1), period_end=date(2027, 3, 31)
    )
    setting = Setting(ZONE, (a_service("hu_au"), local_service(a_service("hu_au"), "skoda")))
    with store() as uow:
        parts = count_for_study(uow, study, brand, setting, today=date(2027, 7, 1), already_counted=set(already))
    return {part.unit: " ".join(part.record) for part in parts}
