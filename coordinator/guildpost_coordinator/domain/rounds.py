"""A federated round, as the coordinator sees it.

    announced ──open──▶ collecting ──release──▶ released
        │                │  ▲  │
        │                └──┘  │   resume: conducted on after a restart, at most ``MOST_RESUMED`` times
        └───────abort──────────┴──abort──▶ aborted

A released or aborted round never changes again. What an abort costs depends on the stage that was reached:

- before MaskedInputCollection no agent has been charged: the study's period may be announced again;
- from then on every agent may have charged its one upload, and its outcomes are lost for good. So such a round is not
  given up lightly: after a restart it goes on from its journal, in the stage that it was in.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from guildpost_shared.errors import Conflict
from guildpost_shared.secagg.patience import round_seconds
from guildpost_shared.secagg.stages import Stage

MOST_RESUMED: Final = 3
RESUME_WINDOW: Final = timedelta(minutes=2)
"""How long its agents have to come back."""
ROOM: Final = 3
"""How many times as long as all its stages a round may take after its window, with whatever interrupts it."""


class RoundState(StrEnum):
    """Where a round stands."""

    ANNOUNCED = "announced"
    COLLECTING = "collecting"
    RELEASED = "released"
    ABORTED = "aborted"


TRANSITIONS: Final[dict[tuple[RoundState, str], RoundState]] = {
    (RoundState.ANNOUNCED, "open"): RoundState.COLLECTING,
    (RoundState.ANNOUNCED, "abort"): RoundState.ABORTED,
    (RoundState.COLLECTING, "resume"): RoundState.COLLECTING,
    (RoundState.COLLECTING, "release"): RoundState.RELEASED,
    (RoundState.COLLECTING, "abort"): RoundState.ABORTED,
}


OPEN_STATES: Final = frozenset({RoundState.ANNOUNCED, RoundState.COLLECTING})


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
        attempt: how many times this study and period were announced, this time included.
        resumed: how many times it was conducted on after an interruption.
        stage: the last stage whose instructions may have gone out; None before the first.
        joined: dealerships that were there at the last look, or that the stage asked.
        waiting: dealerships of the roster that are not there yet, or whose answer of the stage is awaited.
        lost_shards: parts of a large network that were given up on the way; the sum is without them.
        lost_agents: dealerships in those parts.
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
    attempt: int = 1
    resumed: int = 0
    stage: Stage | None = None
    joined: int = 0
    waiting: int = 0
    lost_shards: int = 0
    lost_agents: int = 0

    @property
    def is_open(self) -> bool:
        """Whether it may still change."""
        return self.state in OPEN_STATES

    @property
    def has_charged(self) -> bool:
        """Whether an agent may have charged its one upload of the study's period."""
        return self.stage is not None and self.stage >= Stage.MASKED_INPUT_COLLECTION

    @property
    def may_be_repeated(self) -> bool:
        """Whether the study's period may be announced again: this round ended, and cost nobody anything."""
        return self.state is RoundState.ABORTED and not self.has_charged

    @property
    def given_up_at(self) -> datetime:
        """When it is ended and not resumed: a quarter of an hour after its window, later with many dealerships."""
        return self.closes_at + ROOM * timedelta(seconds=round_seconds(self.joined))

    def may_be_resumed(self, now: datetime) -> bool:
        """Whether it is worth going on after an interruption, and still possible."""
        open_ = self.state is RoundState.COLLECTING and self.resumed < MOST_RESUMED and now < self.given_up_at
        return open_ and self.has_charged


def move(round_: Round, event: str, *, contributors: int = 0, reason: str = "") -> Round:
    """Take a round one step on.

    Raises:
        Conflict: ``illegal_transition``.
    """
    after = TRANSITIONS.get((round_.state, event))
    if after is None:
        raise Conflict("illegal_transition", state=round_.state.value, event=event)
    return replace(round_, state=after, contributors=contributors or round_.contributors, reason=reason)


def begun(round_: Round, now: datetime) -> Round:
    """Open the window of an announced round that had to wait its turn: as long as announced, from now on."""
    return replace(round_, opens_at=now, closes_at=now + (round_.closes_at - round_.opens_at))


def resumed(round_: Round, now: datetime) -> Round:
    """Give the agents of an interrupted round a window in which to come back.

    Raises:
        Conflict: ``illegal_transition``.
    """
    moved = move(round_, "resume")
    return replace(moved, opens_at=now, closes_at=now + RESUME_WINDOW, resumed=round_.resumed + 1)
