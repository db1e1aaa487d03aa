"""When a service turns to the telephone: instead of a message, or after messages that nobody answered."""

from datetime import date, timedelta
from typing import Any

import pytest

from guildpost_agent.domain.call_planning import CallDays, Written, call_days, call_reason, desk_of, priority_of
from guildpost_agent.domain.call_tasks import CallReason, Desk, Priority
from guildpost_shared.services.definition import Channel, ServiceDefinition
from tests.factories.agent import a_service
from tests.factories.standard_services import standard_services

TODAY = date(2027, 3, 1)
DAY = timedelta(days=1)
EMAIL = frozenset({Channel.EMAIL})


def calling(*channels: str, **changes: Any) -> ServiceDefinition:
    """Build a reminder with one window from 60 to 14 days before the due date, by these channels."""
    uses = [
        {
            "channel": name,
            "mandatory": False,
            "default_slot": {"weekday": 1, "hour": 10},
            "attribution_days": 14,
            "templates": {} if name == "call" else {"de": f"hu_au/1/{name}.de"},
        }
        for name in channels
    ]
    return a_service("hu_au", channels=uses, **changes)


LAST, FIRST = calling("email", "letter", "call"), calling("call", "email")
REMINDED = calling(
    "email",
    "call",
    touches=[
        {"id": "invitation", "first_day": 60, "last_day": 30, "default_lead": 42},
        {"id": "reminder", "first_day": 29, "last_day": 14, "default_lead": 21},
    ],
)


@pytest.mark.parametrize(
    ("service", "due_in", "written", "expected"),
    [
        (a_service("hu_au"), 30, Written(), None),
        (LAST, 30, Written(lawful=EMAIL), None),
        (LAST, 30, Written(), (0, 16)),
        (LAST, 66, Written(), (6, 52)),
        (LAST, 80, Written(), None),
        (LAST, 10, Written(), None),
        (FIRST, 30, Written(lawful=EMAIL), (0, 16)),
        (FIRST, 50, Written(lawful=EMAIL, coming=TODAY + 20 * DAY), (0, 6)),
        (FIRST, 50, Written(lawful=EMAIL, coming=TODAY + 10 * DAY), None),
        (FIRST, 30, Written(met=[TODAY - 20 * DAY], lawful=EMAIL), None),
        (LAST, 30, Written(lawful=EMAIL, order=[Channel.CALL, Channel.EMAIL, Channel.LETTER]), (0, 16)),
        (FIRST, 30, Written(lawful=EMAIL, order=[Channel.EMAIL, Channel.CALL]), None),
        (LAST, 30, Written(lawful=EMAIL, order=[Channel.EMAIL, Channel.CALL, Channel.LETTER]), None),
    ],
    ids=[
        "a service without calls",
        "a message before the call is lawful",
        "no message is lawful: from today to the end of the window",
        "the window opens within a week",
        "the window opens later",
        "the window is over",
        "the call comes first",
        "the call comes first and keeps its distance from a message",
        "no room before the message",
        "a call that comes first does not follow a message",
        "for this customer the call comes first",
        "for this customer mails come first",
        "the call passed the letter only, and a mail is lawful",
    ],
)
def test_a_call_instead_of_a_message(
    service: ServiceDefinition, due_in: int, written: Written, expected: tuple[int, int] | None
) -> None:
    found = call_days(service, TODAY + due_in * DAY, TODAY, written)
    days = None if expected is None else CallDays(TODAY + expected[0] * DAY, TODAY + expected[1] * DAY)
    assert days == found


@pytest.mark.parametrize(
    ("service", "due_in", "met_before", "coming", "expected"),
    [
        (LAST, 20, 20, None, (0, 8)),
        (LAST, 20, 10, None, (4, 18)),
        (LAST, 20, 2, None, None),
        (LAST, 20, 29, None, None),
        (LAST, 20, 20, TODAY + DAY, None),
        (REMINDED, 40, 15, None, None),
        (REMINDED, 10, 20, None, (0, 8)),
    ],
    ids=[
        "two weeks after the gap",
        "the gap is over within a week",
        "the gap is not over yet",
        "the two weeks are over",
        "another message is planned",
        "the sequence goes on",
        "the sequence is over",
    ],
)
def test_a_call_after_messages_that_nobody_answered(
    service: ServiceDefinition, due_in: int, met_before: int, coming: date | None, expected: tuple[int, int] | None
) -> None:
    written = Written([TODAY - met_before * DAY], coming, EMAIL)
    found = call_days(service, TODAY + due_in * DAY, TODAY, written)
    days = None if expected is None else CallDays(TODAY + expected[0] * DAY, TODAY + expected[1] * DAY, unanswered=True)
    assert days == found


def test_a_sequence_that_no_way_is_lawful_for_any_more_ends_in_a_call() -> None:
    written = Written([TODAY - 15 * DAY], None, frozenset())
    assert call_days(REMINDED, TODAY + 40 * DAY, TODAY, written) is not None


def test_every_standard_service_with_calls_says_who_calls_and_why() -> None:
    days = CallDays(TODAY, TODAY)
    found = {
        one.service_id: (desk_of(one), call_reason(one, days, TODAY))
        for one in standard_services()
        if one.channel(Channel.CALL) is not None
    }
    assert {
        "accident_follow_up": (Desk.WORKSHOP, CallReason.SATISFACTION),
        "acute_notice": (Desk.WORKSHOP, CallReason.DUE),
        "declined_work": (Desk.WORKSHOP, CallReason.DECLINED_WORK),
        "lease_end": (Desk.SALES, CallReason.LEASE_END),
        "warranty_end": (Desk.WORKSHOP, CallReason.WARRANTY_END),
    } == found


@pytest.mark.parametrize(
    ("unanswered", "due_in", "expected"),
    [
        (True, 10, (CallReason.NO_ANSWER, Priority.NORMAL)),
        (False, 10, (CallReason.DUE, Priority.NORMAL)),
        (False, -10, (CallReason.OVERDUE, Priority.NORMAL)),
    ],
    ids=["nobody answered", "due", "overdue"],
)
def test_a_reminder_says_why_it_calls(
    unanswered: bool,  # noqa: FBT001 — a table's column
    due_in: int,
    expected: tuple[CallReason, Priority],
) -> None:
    reason = call_reason(LAST, CallDays(TODAY, TODAY, unanswered), TODAY + due_in * DAY)
    assert expected == (reason, priority_of(reason))
