"""Who asked to be reminded later, and of which day on: read from the answers, so that nothing else has to be kept.

The last word about a message counts: whoever asked for a reminder and then booked, or said that it is done, is not
reminded. The message comes within two weeks from the day that was asked for, by the usual ways and rules; it may be met
after the due date, since that is what the customer asked for.
"""

from collections.abc import Iterable
from datetime import date, timedelta, tzinfo
from typing import Final

from guildpost_agent.domain.months import add_months
from guildpost_agent.domain.records import Outcome
from guildpost_agent.domain.sequence import Step, Window
from guildpost_shared.answers.events import Answer

WITHIN_DAYS: Final = 14
SPEAKING: Final = frozenset({"answered", "booked", "unsubscribed"})
"""The kinds of what came back by which somebody said something; of other kinds nothing here depends."""
_WEEKS: Final = {Answer.IN_TWO_WEEKS: 2}
_MONTHS: Final = {Answer.IN_ONE_MONTH: 1, Answer.IN_THREE_MONTHS: 3}


def wished_days(outcomes: Iterable[Outcome], zone: tzinfo) -> dict[str, date]:
    """Give the day from which on a reminder is wished, by touchpoint.

    Args:
        outcomes: everything that came back, or all that speaks of it (``SPEAKING``).
        zone: the dealer's; the day of an answer is local.
    """
    last: dict[str, Outcome] = {}
    for outcome in outcomes:
        before = last.get(outcome.touchpoint_id)
        if outcome.kind in SPEAKING and (
            before is None or (before.at, before.outcome_id) < (outcome.at, outcome.outcome_id)
        ):
            last[outcome.touchpoint_id] = outcome
    days = ((touchpoint_id, _day(o.detail, o.at.astimezone(zone).date())) for touchpoint_id, o in last.items())
    return {touchpoint_id: day for touchpoint_id, day in days if day is not None}


def reminder_step(due: date, day: date) -> Step:
    """Give the message that a customer asked for: within two weeks from a day on."""
    first = (due - day).days
    return Step(Window(first, first - WITHIN_DAYS, first), day, follow_up=True)


def _day(answer: str, said_on: date) -> date | None:
    if answer in _WEEKS:
        return said_on + timedelta(weeks=_WEEKS[Answer(answer)])
    return add_months(said_on, _MONTHS[Answer(answer)]) if answer in _MONTHS else None
