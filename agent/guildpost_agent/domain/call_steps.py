"""When calls are made, and what a result makes of a call task.

open ──▶ done         a result that ends it, or the last try in vain
  │  ▲
  │  └── not reached  tried again on the next working day, three times at most and within the task's days
  └────▶ withdrawn    the customer wants no calls, or the vehicle is gone

Calls are made from 9 to 18 h on working days of the dealer's and the customer's state, in the dealer's time zone.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.domain.call_results import CallBack, NotReached, Remind, Result
from guildpost_agent.domain.call_tasks import CallReason, CallState, CallTask, Note
from guildpost_agent.domain.keyed import touchpoint_id
from guildpost_agent.domain.months import add_months
from guildpost_agent.domain.working_days import add_working_days, is_working_day, to_utc

FIRST_CALL_HOUR: Final = 9
END_CALL_HOUR: Final = 18
MOST_TRIES: Final = 3


def call_id(key: bytes, about: str, attempt: int = 0) -> str:
    """Name the n-th call task about something (an occasion, or another task), the same every time."""
    return touchpoint_id(key, f"call {about}", attempt)


def is_call_time(at: datetime, zone: ZoneInfo, states: Collection[str]) -> bool:
    """Say whether calls are made at an instant.

    Args:
        at: an aware instant.
        zone: the dealer's time zone.
        states: the dealer's state and those in which the customer may live.
    """
    local = at.astimezone(zone)
    return is_working_day(local.date(), frozenset(states)) and FIRST_CALL_HOUR <= local.hour < END_CALL_HOUR


def conclude(
    task: CallTask, result: Result, *, by: str, now: datetime, zone: ZoneInfo, states: Collection[str]
) -> CallTask:
    """Give the task as a result leaves it; the first two tries in vain leave it open while its days last.

    A try in vain was at the best time, or past it: the next one comes as soon as it may.
    """
    if isinstance(result, NotReached):
        again = add_working_days(now.astimezone(zone).date(), 1, frozenset(states))
        tries = task.tries + 1
        if tries < MOST_TRIES and again <= task.closes:
            return replace(task, tries=tries, not_before=to_utc(again, FIRST_CALL_HOUR, zone), best_at=None)
        task = replace(task, tries=tries)
    return replace(task, state=CallState.DONE, result=result, closed_at=now.astimezone(UTC), closed_by=by)


def withdraw(task: CallTask, now: datetime) -> CallTask:
    """Give the task as it is when nobody is to call any more."""
    return replace(task, state=CallState.WITHDRAWN, closed_at=now.astimezone(UTC))


def reminder(task: CallTask, result: Remind | CallBack, key: bytes, now: datetime, zone: ZoneInfo) -> CallTask:
    """Give the task that a wish to be called later makes: as many days, from the day named or that many months on."""
    opens = result.on if isinstance(result, CallBack) else add_months(now.astimezone(zone).date(), result.months)
    return replace(
        task,
        task_id=call_id(key, task.task_id),
        reason=CallReason.REMINDER,
        opens=opens,
        closes=opens + (task.closes - task.opens),
        created_at=now.astimezone(UTC),
        tries=0,
        not_before=None,
        best_at=None,
    )


def noted(task: CallTask, text: str, by: str, now: datetime) -> CallTask:
    """Give the task with one more note."""
    return replace(task, notes=(*task.notes, Note(now.astimezone(UTC), by, text)))
