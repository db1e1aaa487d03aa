"""What suppresses advertising to a customer for a while: a complaint, a dispute, dunning. Notices still go out."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

from guildpost_agent.domain.frozen import frozen


class HoldKind(StrEnum):
    """Why nobody advertises to a customer now, the weightiest first."""

    COMPLAINT = "complaint"
    DISPUTE = "dispute"
    DUNNING = "dunning"


@frozen
class Hold:
    """A customer's hold from ``since`` to ``until``, both days included; None until it is lifted."""

    customer_id: str
    kind: HoldKind
    since: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        """Say whether it is in force on a day."""
        return self.since <= day and (self.until is None or day <= self.until)


class HoldStepKind(StrEnum):
    """What somebody did."""

    SET = "set"
    LIFTED = "lifted"


@frozen
class HoldStep:
    """Who set or lifted a hold, when (UTC) and why; the reason, in that person's words, may be empty."""

    customer_id: str
    kind: HoldKind
    step: HoldStepKind
    at: datetime
    by_whom: str
    reason: str = ""


def weightiest(holds: Iterable[Hold], day: date) -> Hold | None:
    """Give the hold to name where several are in force; None where none is."""
    order = list(HoldKind)
    return min((hold for hold in holds if hold.covers(day)), key=lambda hold: order.index(hold.kind), default=None)
