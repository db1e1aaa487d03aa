"""How a call ended: one type for each result, with what only that result has to say."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

LONGEST_REMINDER: Final = 24
"""Months; whoever wants to be called later than that is found by the next occasion."""


class ResultKind(StrEnum):
    """The results by name, as they are stored and typed in."""

    REACHED = "reached"
    NOT_REACHED = "not_reached"
    BOOKED = "booked"
    NO_CALLS = "no_calls"
    SOLD = "sold"
    DONE_ELSEWHERE = "done_elsewhere"
    CALL_BACK = "call_back"
    REMIND = "remind"


@dataclass(frozen=True)
class Reached:
    """The customer was spoken to, and nothing follows."""


@dataclass(frozen=True)
class NotReached:
    """Nobody answered; it is tried again while the task's days last."""


@dataclass(frozen=True)
class Booked:
    """The customer made an appointment, on a day if it is known."""

    on: date | None = None


@dataclass(frozen=True)
class NoCalls:
    """The customer wants no calls: consent and permission end at once."""


@dataclass(frozen=True)
class Sold:
    """The customer no longer has the vehicle, since a day."""

    on: date


@dataclass(frozen=True)
class DoneElsewhere:
    """The work was done elsewhere, on a day."""

    on: date


@dataclass(frozen=True)
class CallBack:
    """The customer named a day to be called again on."""

    on: date


@dataclass(frozen=True)
class Remind:
    """The customer wants to be called again in some months (1 to 24)."""

    months: int

    def __post_init__(self) -> None:
        if not 1 <= self.months <= LONGEST_REMINDER:
            raise ValueError(f"reminder in {self.months} months")


Result = Reached | NotReached | Booked | NoCalls | Sold | DoneElsewhere | CallBack | Remind
Stored = tuple[ResultKind, date | None, int | None]
"""A result's name, its day and its months."""


_PLAIN: Final[dict[ResultKind, Result]] = {
    ResultKind.REACHED: Reached(),
    ResultKind.NOT_REACHED: NotReached(),
    ResultKind.NO_CALLS: NoCalls(),
}
_KINDS: Final[dict[type[Result], ResultKind]] = {
    **{type(result): kind for kind, result in _PLAIN.items()},
    Booked: ResultKind.BOOKED,
    Sold: ResultKind.SOLD,
    DoneElsewhere: ResultKind.DONE_ELSEWHERE,
    CallBack: ResultKind.CALL_BACK,
    Remind: ResultKind.REMIND,
}


_DATED: Final[dict[ResultKind, type[Sold] | type[DoneElsewhere] | type[CallBack]]] = {
    ResultKind.SOLD: Sold,
    ResultKind.DONE_ELSEWHERE: DoneElsewhere,
    ResultKind.CALL_BACK: CallBack,
}


def to_stored(result: Result) -> Stored:
    """Give a result as it is stored."""
    on = result.on if isinstance(result, Booked | Sold | DoneElsewhere | CallBack) else None
    return _KINDS[type(result)], on, result.months if isinstance(result, Remind) else None


def from_stored(kind: ResultKind, on: date | None, months: int | None) -> Result:
    """Make a result of what is stored or typed in; what a result does not have is passed over.

    Raises:
        ValueError: a day or a number of months is missing or out of range.
    """
    if kind in _PLAIN:
        return _PLAIN[kind]
    if kind is ResultKind.BOOKED:
        return Booked(on)
    if kind is ResultKind.REMIND:
        return Remind(months or 0)
    if on is None:
        raise ValueError(f"{kind} without a day")
    return _DATED[kind](on)
