"""Make a call's result of what somebody typed in or chose."""

from datetime import date

from guildpost_agent.domain.call_results import LONGEST_REMINDER, Result, ResultKind, from_stored
from guildpost_agent.domain.months import add_months
from guildpost_shared.errors import Refused

_TODAY_BY_DEFAULT = frozenset({ResultKind.SOLD, ResultKind.DONE_ELSEWHERE})


def typed_result(kind: ResultKind, on: date | None, months: int | None, today: date) -> Result:
    """Make a result; what a result does not have is passed over.

    Args:
        kind: which.
        on: of the appointment, the sale, the work or the call wished; left out, sale and work are of today, and the
            appointment's is not known.
        months: 1 to 24, for a reminder.
        today: the dealer's local day.

    Raises:
        Refused: ``call_back_day``: a call wished without its day, or on one that is past or more than two years ahead.
        ValueError: a reminder without its months.
    """
    if kind is ResultKind.CALL_BACK and not (on and today <= on <= add_months(today, LONGEST_REMINDER)):
        raise Refused("call_back_day")
    return from_stored(kind, on or (today if kind in _TODAY_BY_DEFAULT else None), months)
