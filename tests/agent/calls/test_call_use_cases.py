"""Call tasks in a real encrypted database: who is shown, what a result brings about, and the command."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from guildpost_agent.app.calls.close_call import close_call
from guildpost_agent.app.calls.list_calls import CallList, list_calls
from guildpost_agent.app.calls.note_call import note_call
from guildpost_agent.app.calls.rules import CallRules
from guildpost_agent.app.consents.record import record_grant
from guildpost_agent.app.dealership import SUPPRESSION_KEY
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.app.rights.restrict import Ground
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.cli import main
from guildpost_agent.domain.call_results import (
    Booked,
    CallBack,
    DoneElsewhere,
    NoCalls,
    NotReached,
    Reached,
    Remind,
    Result,
    Sold,
)
from guildpost_agent.domain.call_tasks import CallReason, CallState, CallTask, Desk, Note, Priority
from guildpost_agent.domain.consent.events import ConsentEvent, Evidence
from guildpost_agent.domain.consent.terms import Basis, Kind, Purpose
from guildpost_agent.domain.records import Channel, Occasion, Touchpoint, Triage
from guildpost_shared.errors import Conflict, Refused
from tests.agent.calls.test_call_steps import BERLIN, KEY, NOW, TASK
from tests.factories.agent import a_customer, a_vehicle, open_store
from tests.factories.agent_home import an_agent_home

RULES = CallRules(KEY, KEY, BERLIN, "BW", lambda _vehicle: 24)
PHONE = ConsentEvent(
    "1", Kind.GRANTED, "phone", "service_reminders", NOW - timedelta(days=30), Basis.CONSENT,
    evidence=Evidence(
        source="Annahme", collected_by="Kraft", given_on=date(2027, 1, 30), text_version="t1", text_sha256="ab" * 32
    ),
)  # fmt: skip
LATER = NOW + timedelta(days=30)
OTHER = replace(TASK, task_id="other", vehicle_id="V2", reason=CallReason.WIN_BACK, desk=Desk.SALES)


@pytest.fixture
def store(tmp_path: Path) -> OpenUnitOfWork:
    store = open_store(tmp_path)
    with store() as uow:
        uow.documents.put(SUPPRESSION_KEY, KEY)
        fill(uow)
        uow.commit()
    return store


def fill(uow: UnitOfWork) -> None:
    """Store a customer with a proved permission to be called, a vehicle, a planned e-mail, and two tasks."""
    uow.records.upsert_customers([a_customer(mobile="+491701234567")])
    uow.records.upsert_vehicles([a_vehicle()])
    record_grant(uow, PHONE, KEY)
    uow.plans.replace_occasions([Occasion("o1", "1", "V1", "hu_au", date(2027, 4, 30), "dms", 0.9, Triage.TRUSTED)])
    uow.plans.add_touchpoints([Touchpoint(
        "t1", "o1", "1", "V1", "hu_au", 1, Channel.EMAIL, LATER, LATER, date(2027, 4, 30), 30, 0, 10, "default",
        "planned",
    )])  # fmt: skip
    assert [True, True, False] == [uow.calls.add(replace(t, occasion_id="o1")) for t in (TASK, OTHER, TASK)]


def listed(store: OpenUnitOfWork, now: datetime = NOW, desk: Desk | None = None) -> CallList:
    return list_calls(store, RULES, now, desk)


def close(store: OpenUnitOfWork, result: Result) -> CallTask:
    return close_call(store, TASK.task_id, result, by="Kraft", rules=RULES, now=NOW)


def task(store: OpenUnitOfWork, task_id: str = TASK.task_id) -> CallTask:
    with store() as uow:
        found = uow.calls.get(task_id)
    assert found is not None
    return found


def test_a_task_comes_back_from_the_store_as_it_was(store: OpenUnitOfWork) -> None:
    full = replace(
        TASK, task_id="full", priority=Priority.HIGH, context=("Zweite Zeile", "ä"), tries=1, not_before=NOW,
        notes=(Note(NOW, "Kraft", "„ja“"),), result=Sold(date(2027, 2, 1)), closed_at=NOW, closed_by="Kraft",
        state=CallState.DONE, occasion_id="o9",
    )  # fmt: skip
    with store() as uow:
        uow.calls.add(full)
        assert full == uow.calls.get("full")
        assert ["full", "other", TASK.task_id] == sorted((t.task_id for t in uow.calls.of("1")), key=len)


def test_the_list_shows_who_may_be_called_with_the_ground(store: OpenUnitOfWork) -> None:
    found = listed(store)
    assert {TASK.task_id, "other"} == {call.task.task_id for call in found.calls}
    call = next(call for call in found.calls if call.task.vehicle_id == "V1")
    assert (Basis.CONSENT, (1,), True) == (call.ground.basis, call.ground.proof, call.in_hours)
    assert ["other"] == [one.task.task_id for one in listed(store, desk=Desk.SALES).calls]
    assert [False, False] == [one.in_hours for one in listed(store, NOW.replace(hour=19)).calls]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda uow: uow.records.block_advertising("1"), id="advertising blocked"),
        pytest.param(lambda uow: uow.consents.append([replace(PHONE, kind=Kind.WITHDRAWN, at=NOW)]), id="withdrawn"),
        pytest.param(lambda uow: uow.records.upsert_customers([a_customer()]), id="no number"),
        pytest.param(lambda uow: uow.records.upsert_customers([a_customer(mobile="+491", deceased=True)]), id="dead"),
        pytest.param(lambda uow: uow.rights.restrict(["1"], next(iter(Ground)), NOW), id="restricted"),
    ],
)
def test_who_may_not_or_cannot_be_called_is_not_shown(
    store: OpenUnitOfWork, change: Callable[[UnitOfWork], None]
) -> None:
    with store() as uow:
        change(uow)
        uow.commit()
    assert ((), 2) == (listed(store).calls, listed(store).not_allowed)


@pytest.mark.parametrize(
    ("now", "later", "over"),
    [(NOW - timedelta(days=1), 2, 0), (NOW + timedelta(days=12), 0, 2)],
    ids=["too early", "too late"],
)
def test_tasks_that_are_not_due_are_only_counted(store: OpenUnitOfWork, now: datetime, later: int, over: int) -> None:
    found = listed(store, now)
    assert ((), later, over) == (found.calls, found.later, found.over)


@pytest.mark.parametrize("result", [Reached(), NotReached(), Booked(), Sold(date(2027, 2, 1)), NoCalls()], ids=repr)
def test_every_call_that_rests_on_a_consent_is_recorded_with_it(store: OpenUnitOfWork, result: Result) -> None:
    close(store, result)
    with store() as uow:
        (use,) = uow.consents.uses_of("1")
    assert (1, NOW, "service_reminders", "Kraft") == (use.event_seq, use.used_at, use.purpose, use.called_by)


def test_a_call_that_was_made_counts_for_its_consent_even_if_that_has_ended_meanwhile(store: OpenUnitOfWork) -> None:
    with store() as uow:
        uow.consents.append([replace(PHONE, kind=Kind.WITHDRAWN, at=NOW)])
        uow.commit()
    assert CallState.DONE == close(store, Reached()).state
    with store() as uow:
        assert [1] == [use.event_seq for use in uow.consents.uses_of("1")]


def test_a_notice_needs_no_consent_and_uses_none(store: OpenUnitOfWork) -> None:
    notice = replace(TASK, task_id="recall", purpose=Purpose.TRANSACTIONAL, basis=Basis.DUTY, proof=())
    with store() as uow:
        uow.calls.add(notice)
        uow.records.block_advertising("1")
        uow.commit()
    assert ["recall"] == [call.task.task_id for call in listed(store).calls]
    close_call(store, "recall", Reached(), by="Kraft", rules=RULES, now=NOW)
    with store() as uow:
        assert [] == uow.consents.uses_of("1")


def test_who_wants_no_calls_gets_none_any_more_by_any_task(store: OpenUnitOfWork) -> None:
    close(store, NoCalls())
    assert (CallState.DONE, CallState.WITHDRAWN) == (task(store).state, task(store, "other").state)
    with store() as uow:
        last = uow.consents.events_of("1")[-1]
        assert (Kind.WITHDRAWN, "phone", "Kraft") == (last.kind, last.channel, last.evidence.collected_by)
        assert {"phone"} == {channel for _, channel in uow.suppressions.all()}
        uow.calls.add(replace(TASK, task_id="next"))
        uow.commit()
    assert ((), 1) == (listed(store).calls, listed(store).not_allowed)


@pytest.mark.parametrize(
    ("result", "state"),
    [(Booked(), "cancelled"), (DoneElsewhere(date(2027, 2, 9)), "cancelled"), (Sold(date(2027, 2, 1)), "cancelled"),
     (Reached(), "planned"), (NoCalls(), "planned")],
    ids=repr,
)  # fmt: skip
def test_what_a_result_makes_pointless_is_cancelled(store: OpenUnitOfWork, result: Result, state: str) -> None:
    close(store, result)
    with store() as uow:
        assert [state] == [touchpoint.state for touchpoint in uow.plans.touchpoints()]


def test_a_sold_vehicle_is_gone_and_an_inspection_done_elsewhere_moves_the_next_one(store: OpenUnitOfWork) -> None:
    close(store, DoneElsewhere(date(2027, 2, 9)))
    with store() as uow:
        assert date(2029, 2, 1) == getattr(uow.records.vehicle("V1"), "next_hu", None)
        uow.calls.add(replace(TASK, task_id="second"))
        uow.commit()
    close_call(store, "second", Sold(date(2027, 2, 20)), by="Kraft", rules=RULES, now=NOW)
    with store() as uow:
        assert date(2027, 2, 20) == getattr(uow.records.vehicle("V1"), "sold_on", None)


def test_a_reminder_comes_back_when_it_was_asked_for(store: OpenUnitOfWork) -> None:
    close(store, Remind(2))
    found = listed(store, datetime(2027, 5, 3, 9, tzinfo=UTC))
    assert [CallReason.REMINDER] == [call.task.reason for call in found.calls]


def test_a_day_that_the_customer_named_brings_the_call_back_on_it_though_they_were_spoken_to_lately(
    store: OpenUnitOfWork,
) -> None:
    close(store, CallBack(date(2027, 3, 4)))
    assert [] == [call for call in listed(store, NOW + timedelta(days=2)).calls if call.task.vehicle_id == "V1"]
    found = [call for call in listed(store, NOW + timedelta(days=3)).calls if call.task.vehicle_id == "V1"]
    assert [(CallReason.REMINDER, date(2027, 3, 4), date(2027, 3, 15))] == [
        (call.task.reason, call.task.opens, call.task.closes) for call in found
    ]


def test_a_task_is_closed_once(store: OpenUnitOfWork) -> None:
    close(store, Reached())
    with pytest.raises(Conflict, match="call_closed"):
        close(store, Booked())
    with pytest.raises(Conflict, match="call_closed"):
        note_call(store, TASK.task_id, "zu spät", by="Blum", now=NOW)
    with pytest.raises(Refused, match="call_unknown"):
        note_call(store, "nobody", "?", by="Blum", now=NOW)
    with store() as uow:
        assert [1] == [use.event_seq for use in uow.consents.uses_of("1")]


def test_a_change_that_somebody_else_forestalled_is_not_made(store: OpenUnitOfWork) -> None:
    stale = task(store)
    fresh = note_call(store, TASK.task_id, "ruft zurück", by="Blum", now=NOW)
    with store() as uow:
        assert not uow.calls.change(replace(stale, state=CallState.DONE), stale)
        assert uow.calls.change(replace(fresh, tries=1), fresh)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    folder = an_agent_home(tmp_path, monkeypatch)
    today = open_core(folder).business_clock.now()
    opens = today.date() - timedelta(days=1)
    with open_core(folder).open_uow() as uow:
        uow.records.upsert_customers([a_customer(mobile="+491701234567")])
        uow.records.upsert_vehicles([a_vehicle(plate="S-AB 123")])
        record_grant(uow, replace(PHONE, at=today, evidence=replace(PHONE.evidence, given_on=opens)), KEY)
        days: dict[str, Any] = {"opens": opens, "closes": opens + timedelta(days=20)}
        uow.calls.add(replace(TASK, context=("Hat zuletzt 2025 gebucht",), **days))
        uow.commit()
    return str(folder)


@pytest.mark.parametrize(
    ("language", "words"),
    [("de", ("Hat auf eine Nachricht nicht geantwortet", "Werkstatt", "Erlaubt durch: Einwilligung")),
     ("en", ("Did not answer a message", "workshop", "Allowed by: "))],
)  # fmt: skip
def test_the_list_says_whom_to_call_why_and_on_what_ground(
    home: str,
    capsys: pytest.CaptureFixture[str],
    language: str,
    words: tuple[str, ...],
) -> None:
    assert 0 == main(["calls", "note", TASK.task_id, "ruft zurück", "--by", "Blum", "--home", home])
    assert 0 == main(["calls", "list", "--home", home, "--lang", language])
    out = capsys.readouterr().out
    expected = (*words, "Erika Mustermann", "+491701234567", "S-AB 123", "2025", "Blum: ruft zurück", TASK.task_id)
    assert [] == [word for word in expected if word not in out]
    assert "{" not in out


@pytest.mark.parametrize(
    ("extra", "code", "words"),
    [
        (["--result", "booked"], 0, "Termin vereinbart"),
        (["--result", "sold"], 0, "nicht mehr beim Kunden"),
        (["--result", "not_reached"], 0, "kommt am"),
        (["--result", "remind", "--months", "6"], 0, "später wieder"),
        (["--result", "remind"], 78, "--months"),
    ],
    ids=["booked", "sold", "not reached", "remind", "remind without months"],
)
def test_a_result_is_entered_by_the_command(
    home: str,
    capsys: pytest.CaptureFixture[str],
    extra: list[str],
    code: int,
    words: str,
) -> None:
    assert code == main(["calls", "done", TASK.task_id, "--by", "Kraft", "--home", home, *extra])
    told = capsys.readouterr()
    assert words in told.out + told.err
