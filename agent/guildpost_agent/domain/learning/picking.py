"""The best of the days that are free: lead time and slot are chosen together, since a day decides about both."""

from collections.abc import Sequence
from typing import Final

from guildpost_agent.domain.frozen import frozen
from guildpost_agent.domain.learning.times import Values
from guildpost_shared.learning.bases import LEAD_STEP, LEADS

_LAST_STEP: Final = LEADS - 1
Day = tuple[int, int]
"""Days before the due date (negative: after it), and weekday (0 = Monday)."""


@frozen
class Pick:
    """What was chosen: position among the days, and the hour (without meaning for letters)."""

    at: int
    hour: int


class _Steps(dict[int, int]):
    """Steps by days, each worked out once: every free day of every occasion is looked up here."""

    def __missing__(self, lead: int) -> int:
        step = self[lead] = min(max(round(lead / LEAD_STEP), 0), _LAST_STEP)
        return step


_STEPS: Final = _Steps()


def step_of(lead: int) -> int:
    """Give the step of the lead grid nearest to a number of days; what lies outside counts as its end."""
    return _STEPS[lead]


def pick(days: Sequence[Day], values: Values, usual_lead: int) -> Pick:
    """Choose the day with the best lead time and the best hour of its weekday, together.

    Args:
        days: what is free, earliest first; at least one.
        values: of a bucket, or of the mean.
        usual_lead: the recommended lead time: of equal days the nearest to it, and of these the earlier one.
    """
    leads, best, steps = values.leads, values.best, _STEPS
    worth = [leads[steps[lead]] + best[weekday] for lead, weekday in days]
    top = max(worth)
    at = worth.index(top)
    if worth.count(top) > 1:
        equal = (place for place, value in enumerate(worth) if value == top)
        at = min(equal, key=lambda place: abs(days[place][0] - usual_lead))
    return Pick(at, values.hours[days[at][1]])
