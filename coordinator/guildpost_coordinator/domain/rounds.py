"""A federated round, as the coordinator sees it.

    announced ──open──▶ collecting ──release──▶ released
        │                    │
        └───────abort────────┴──abort──▶ aborted

A released or aborted round never changes again; an aborted round's outcomes are lost, not retried (one masked upload
per study and period is charged by every agent before it sends).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from guildpost_shared.errors import Conflict


class RoundState(StrEnum):
    """Where a round stands."""

    ANNOUNCED = "announced"
    COLLECTING = "collecting"
    RELEASED = "released"
    ABORTED = "aborted"


TRANSITIONS: Final[dict[tuple[RoundState, str], RoundState]] = {
    (RoundState.ANNOUNCED, "open"): RoundState.COLLECTING,
    (RoundState.ANNOUNCED, "abort"): RoundState.ABORTED,
    (RoundState.COLLECTING, "release"): RoundState.RELEASED,
    (RoundState.COLLECTING, "abort"): RoundState.ABORTED,
}


@dataclass(frozen=True)
class Round:
    """One round of one study.

    Attributes:
        round_id: unique for ever; bound into every signature and mask.
        study_path: target of the study in the catalogue.
        study_id: the study.
        period: first and last day of the outcomes, ``2027-03-01/2027-03-28``.
        state: see the module's diagram.
        opens_at: wall clock, UTC.
        closes_at: wall clock, UTC; what has not arrived by then is left out.
        contributors: how many dealerships are in the sum (0 until released).
        reason: the error code of an abort.
    """

    round_id: str
    study_path: str
    study_id: str
    period: str
    state: RoundState
    opens_at: datetime
    closes_at: datetime
    contributors: int = 0
    reason: str = ""


def move(round_: Round, event: str, *, contributors: int = 0, reason: str = "") -> Round:
    """Take a round one step on.

    Raises:
        Conflict: ``illegal_transition``.
    """
    after = TRANSITIONS.get((round_.state, event))
    if after is None:
        raise Conflict("illegal_transition", state=round_.state.value, event=event)
    return replace(round_, state=after, contributors=contributors or round_.contributors, reason=reason)
