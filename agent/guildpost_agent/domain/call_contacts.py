"""Which calls count as contacts: what was said on the dealer's own account, to somebody who was reached.

A recall or a notice is exempt from the contact cap, and so is a call that the customer asked for.
"""

from zoneinfo import ZoneInfo

from guildpost_agent.domain.cadence import Contact
from guildpost_agent.domain.call_results import NotReached
from guildpost_agent.domain.call_tasks import CallReason, CallState, CallTask
from guildpost_agent.domain.consent.terms import Purpose

_WANTED = frozenset({CallReason.ASKED, CallReason.REMINDER})


def is_commercial(task: CallTask) -> bool:
    """Say whether a call counts against the contact cap."""
    return task.purpose is not Purpose.TRANSACTIONAL and task.reason not in _WANTED


def answered_call(task: CallTask) -> bool | None:
    """Say whether the customer was spoken to; None for what tells nothing: not made, or not on the dealer's account."""
    if task.state is not CallState.DONE or task.result is None or not is_commercial(task):
        return None
    return not isinstance(task.result, NotReached)


def call_contact(task: CallTask, zone: ZoneInfo) -> Contact | None:
    """Give the day on which a customer was called; None where that is no contact."""
    reached = task.state is CallState.DONE and task.closed_at is not None and not isinstance(task.result, NotReached)
    if not reached or task.closed_at is None or not is_commercial(task):
        return None
    day = task.closed_at.astimezone(zone).date()
    return Contact(day, day)
