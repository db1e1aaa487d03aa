"""A customer to be called: why, by whom, in which days, and on what ground.

What becomes of a task is in ``call_steps``, how a call may end in ``call_results``.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.domain.call_results import Result
from guildpost_agent.domain.consent.terms import Basis, Purpose


class Desk(StrEnum):
    """Who calls."""

    WORKSHOP = "workshop"
    SALES = "sales"


class Priority(IntEnum):
    """What comes first."""

    HIGH = 1
    NORMAL = 2
    LOW = 3


class CallReason(StrEnum):
    """Why somebody is called; the text is ``call.reason.<reason>``."""

    ASKED = "asked"
    WANTS_APPOINTMENT = "wants_appointment"
    DUE = "due"
    OVERDUE = "overdue"
    NO_ANSWER = "no_answer"
    DECLINED_WORK = "declined_work"
    RECALL = "recall"
    WARRANTY_END = "warranty_end"
    LEASE_END = "lease_end"
    NEW_VEHICLE = "new_vehicle"
    WIN_BACK = "win_back"
    SATISFACTION = "satisfaction"
    REMINDER = "reminder"


WANTED: Final = frozenset({CallReason.ASKED, CallReason.WANTS_APPOINTMENT, CallReason.REMINDER})
"""The customer wants it; a call that was only planned ends with any answer."""


class CallState(StrEnum):
    """Where a task is."""

    OPEN = "open"
    DONE = "done"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Note:
    """What somebody wrote down, and when."""

    at: datetime
    by: str
    text: str


@dataclass(frozen=True)
class CallTask:
    """One customer to be called.

    Attributes:
        task_id: 24 characters, see ``call_steps.call_id``.
        customer_id: whom.
        vehicle_id: about which vehicle; empty where it is about none.
        service_id: for which service; empty where it is for none.
        desk: who calls.
        reason: why.
        purpose: what for, in the words of the consent ledger.
        basis: the ground on which the call was planned; it is asked for again when the task is shown and closed.
        proof: the ledger's entries that the ground rests on.
        opens: the first local day.
        closes: the last local day.
        created_at: UTC.
        occasion_id: the occasion, where there is one; a booking cancels what is planned for it.
        priority: what comes first.
        context: what whoever calls should know, line by line, in the dealer's language.
        state: where the task is.
        tries: how often nobody answered.
        not_before: the next try, UTC.
        best_at: the instant at which it is best made, UTC, where the network has learned one.
        notes: oldest first.
        result: how it ended.
        closed_at: when, UTC.
        closed_by: who called.
    """

    task_id: str
    customer_id: str
    vehicle_id: str
    service_id: str
    desk: Desk
    reason: CallReason
    purpose: Purpose
    basis: Basis
    proof: tuple[int, ...]
    opens: date
    closes: date
    created_at: datetime
    occasion_id: str = ""
    priority: Priority = Priority.NORMAL
    context: tuple[str, ...] = ()
    state: CallState = CallState.OPEN
    tries: int = 0
    not_before: datetime | None = None
    notes: tuple[Note, ...] = ()
    result: Result | None = None
    closed_at: datetime | None = None
    closed_by: str = ""
    best_at: datetime | None = None

    def __post_init__(self) -> None:
        if self.closes < self.opens:
            raise ValueError(f"closes {self.closes} before it opens {self.opens}")

    @property
    def rank(self) -> tuple[int, date, str]:
        """The order of a list: priority, the last day, the name."""
        return self.priority, self.closes, self.task_id

    def turn(self, now: datetime) -> int:
        """Say whose turn it is within a priority: 0 its best hour has come, 1 it has none, 2 it is to come."""
        if self.best_at is None:
            return 1
        return 0 if self.best_at <= now else 2

    def is_due(self, now: datetime, zone: ZoneInfo) -> bool:
        """Say whether the task wants to be done on this local day."""
        resting = self.not_before is not None and now < self.not_before
        return self.state is CallState.OPEN and not resting and self.opens <= now.astimezone(zone).date() <= self.closes
