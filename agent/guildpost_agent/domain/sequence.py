"""Which message of a service's sequence comes next for one occasion.

    opening     the first contact of a due cycle: any day of the windows before the due date, taken together; what was
                missed collapses into it, and where all of it is over, the first window after the due date opens
    follow-up   a later message of the sequence, while nobody booked or answered: at least the contact gap after the one
                before, inside its own window

A sequence ends with a booking, an answer, or its last window; a due cycle is entered once.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from guildpost_agent.domain.cadence import GAP_DAYS
from guildpost_agent.domain.frozen import frozen
from guildpost_shared.services.definition import ServiceDefinition, Touch


@frozen
class Window:
    """Days before the due date: the first and the last that may be, and the recommended one."""

    first_day: int
    last_day: int
    default_lead: int


@frozen
class Step:
    """The next message: its window, the day before which it must not come, and whether one went before."""

    window: Window
    not_before: date = date.min
    follow_up: bool = False


def opening_of(service: ServiceDefinition) -> Window:
    """Give the window of the first contact: all messages that end before the due date, taken together."""
    steps = [touch for touch in service.touches if touch.last_day >= 0] or [service.touches[0]]
    return Window(steps[0].first_day, steps[-1].last_day, steps[0].default_lead)


def first_step(service: ServiceDefinition, due: date, today: date) -> Step:
    """Give the first contact of a cycle, on whatever day it is planned; an over one is given too."""
    opening = opening_of(service)
    if due - timedelta(days=opening.last_day) >= today:
        return Step(opening)
    for touch in service.touches:
        if touch.last_day < opening.last_day and due - timedelta(days=touch.last_day) >= today:
            return Step(_window(touch))
    return Step(opening)


def follow_up(service: ServiceDefinition, due: date, met: Sequence[date], today: date) -> Step | None:
    """Give the next message after others; None when the sequence is over.

    Args:
        service: with its sequence.
        due: the due date.
        met: the days on which earlier messages of this cycle were met; at least one.
        today: the dealer's local day.
    """
    last = max(met)
    soonest = max(last + timedelta(days=GAP_DAYS), today)
    lead = (due - last).days
    for touch in service.touches:
        begun = touch.first_day >= lead
        if not begun and due - timedelta(days=touch.last_day) >= soonest:
            return Step(_window(touch), last + timedelta(days=GAP_DAYS), follow_up=True)
    return None


def touch_at(service: ServiceDefinition, lead: int) -> str:
    """Name the message of the sequence in whose window a lead time (days) falls."""
    begun = [touch.touch_id for touch in service.touches if touch.first_day >= lead]
    return begun[-1] if begun else service.touches[0].touch_id


def _window(touch: Touch) -> Window:
    return Window(touch.first_day, touch.last_day, touch.default_lead)
