"""Make a call's result of what somebody typed in or chose."""

from datetime import date

from guildpost_agent.domain.call_results import Result, ResultKind, from_stored

_TODAY_BY_DEFAULT = frozenset({ResultKind.SOLD, ResultKind.DONE_ELSEWHERE})


def typed_result(kind: ResultKind, on: date | None, months: int | None, today: date) -> Result:
    """Make a result; what a result does not have is passed over.

    Args:
        kind: which.
        on: of the appointment, the sale or the work; left out, the latter two are of today, and the first is not known.
        months: 1 to 24, for a reminder.
        today: the dealer's local day.

    Raises:
        ValueError: a reminder without its months.
    """
    return from_stored(kind, on or (today if kind in _TODAY_BY_DEFAULT else None), months)
