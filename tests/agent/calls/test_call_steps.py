"""Call hours, tries, reminders and typed results, without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from guildpost_agent.domain.call_results import (
    Booked,
    CallBack,
    DoneElsewhere,
    NoCalls,
    NotReached,
    Reached,
    Remind,
    Result,
    ResultKind,
    Sold,
    from_stored,
    to_stored,
)
from guildpost_agent.domain.call_steps import call_id, conclude, is_call_time, noted, reminder, withdraw
from guildpost_agent.domain.call_tasks import CallReason, CallState, CallTask, Desk, Note, Priority
from guildpost_agent.domain.consent.terms import Basis, Purpose

BERLIN = ZoneInfo("Europe/Berlin")
KEY = bytes(range(32))
NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)  # a Monday, 10 h in Stuttgart
TASK = CallTask(
    call_id(KEY, "o1"), "1", "V1", "hu_au", Desk.WORKSHOP, CallReason.NO_ANSWER, Purpose.SERVICE_REMINDERS,
    Basis.CONSENT, (1,), date(2027, 3, 1), date(2027, 3, 12), NOW,
)  # fmt: skip
BW = frozenset({"BW"})


def concluded(task: CallTask, result: Result, now: datetime = NOW) -> CallTask:
    return conclude(task, result, by="Kraft", now=now, zone=BERLIN, states=BW)


@pytest.mark.parametrize(
    ("day", "hour", "expected"),
    [
        pytest.param(date(2027, 3, 1), time(8, 59), False, id="a minute too early"),
        pytest.param(date(2027, 3, 1), time(9, 0), True, id="the first minute"),
        pytest.param(date(2027, 3, 1), time(17, 59), True, id="the last minute"),
        pytest.param(date(2027, 3, 1), time(18, 0), False, id="in the evening"),
        pytest.param(date(2027, 3, 6), time(11, 0), False, id="on a Saturday"),
        pytest.param(date(2027, 3, 26), time(11, 0), False, id="on Good Friday"),
        pytest.param(date(2027, 1, 6), time(11, 0), False, id="on Epiphany, a holiday there"),
    ],
)
def test_calls_are_made_from_nine_to_six_on_working_days(*, day: date, hour: time, expected: bool) -> None:
    assert expected == is_call_time(datetime.combine(day, hour, tzinfo=BERLIN), BERLIN, BW)


@pytest.mark.parametrize(
    "result",
    [
        Reached(),
        NotReached(),
        NoCalls(),
        Booked(),
        Booked(date(2027, 3, 9)),
        Sold(date(2027, 2, 1)),
        DoneElsewhere(date(2027, 2, 1)),
        CallBack(date(2027, 3, 4)),
        Remind(6),
    ],
    ids=repr,
)
def test_a_result_comes_back_as_it_was_stored(result: Result) -> None:
    assert result == from_stored(*to_stored(result))


@pytest.mark.parametrize(
    ("kind", "months"),
    [(ResultKind.SOLD, None), (ResultKind.DONE_ELSEWHERE, 3), (ResultKind.REMIND, None), (ResultKind.REMIND, 25)],
)
def test_a_result_without_what_it_needs_is_a_mistake(kind: ResultKind, months: int | None) -> None:
    with pytest.raises(ValueError, match=r"without a day|months"):
        from_stored(kind, None, months)


def test_a_result_closes_the_task() -> None:
    done = concluded(TASK, Booked(date(2027, 3, 9)))
    assert (CallState.DONE, "Kraft", NOW) == (done.state, done.closed_by, done.closed_at)
    assert not done.is_due(NOW, BERLIN)


def test_who_is_not_reached_is_tried_again_on_the_next_working_day_and_three_times_at_most() -> None:
    friday = datetime(2027, 3, 5, 9, tzinfo=UTC)
    once = concluded(TASK, NotReached(), friday)
    assert (CallState.OPEN, datetime(2027, 3, 8, 8, tzinfo=UTC)) == (once.state, once.not_before)
    assert [False, True] == [once.is_due(at, BERLIN) for at in (friday, datetime(2027, 3, 8, 8, tzinfo=UTC))]
    twice = concluded(once, NotReached(), datetime(2027, 3, 8, 9, tzinfo=UTC))
    thrice = concluded(twice, NotReached(), datetime(2027, 3, 9, 9, tzinfo=UTC))
    assert (CallState.OPEN, CallState.DONE, 3) == (twice.state, thrice.state, thrice.tries)


def test_a_task_whose_days_are_over_is_not_tried_again() -> None:
    last = concluded(TASK, NotReached(), datetime(2027, 3, 12, 9, tzinfo=UTC))
    assert (CallState.DONE, NotReached()) == (last.state, last.result)


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2027, 2, 28), False), (date(2027, 3, 1), True), (date(2027, 3, 12), True), (date(2027, 3, 13), False)],
)
def test_a_task_is_due_within_its_days(*, day: date, expected: bool) -> None:
    assert expected == TASK.is_due(datetime(day.year, day.month, day.day, 11, tzinfo=UTC), BERLIN)


def test_a_reminder_is_a_task_of_its_own_as_long_as_the_first() -> None:
    later = reminder(replace(TASK, tries=2, notes=(Note(NOW, "Kraft", "ab Mai"),)), Remind(3), KEY, NOW, BERLIN)
    assert (date(2027, 6, 1), date(2027, 6, 12), 0) == (later.opens, later.closes, later.tries)
    assert (CallReason.REMINDER, "ab Mai") == (later.reason, later.notes[0].text)
    assert later.task_id != TASK.task_id
    assert later == reminder(replace(later, task_id=TASK.task_id), Remind(3), KEY, NOW, BERLIN)


def test_urgent_tasks_come_first_then_those_that_end_first() -> None:
    soon, urgent = replace(TASK, closes=date(2027, 3, 2)), replace(TASK, priority=Priority.HIGH)
    assert [urgent, soon, TASK] == sorted([TASK, soon, urgent], key=lambda task: task.rank)


def test_notes_are_kept_in_order_and_a_withdrawn_task_is_not_due() -> None:
    task = noted(noted(TASK, "ruft zurück", "Kraft", NOW), "hat zurückgerufen", "Blum", NOW)
    assert ["ruft zurück", "hat zurückgerufen"] == [note.text for note in task.notes]
    assert (CallState.WITHDRAWN, False) == (withdraw(task, NOW).state, withdraw(task, NOW).is_due(NOW, BERLIN))


def test_a_task_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="before it opens"):
        replace(TASK, closes=date(2027, 2, 28))
