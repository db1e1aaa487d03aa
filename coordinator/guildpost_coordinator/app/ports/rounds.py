"""What conducting a round needs: its record, its releases, and a transport that moves opaque bytes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from guildpost_coordinator.domain.learning.filter import Belief
from guildpost_coordinator.domain.propensity.training import Memory
from guildpost_coordinator.domain.rounds import Round
from guildpost_shared.secagg.stages import Stage


@dataclass(frozen=True)
class ReleaseRecord:
    """What a round leaves, as published: released figures, or a model that it moved.

    Attributes:
        study_id: of which study.
        period: first and last day of what was counted.
        round_id: of which round.
        path: where the catalogue holds it; a model has one place, figures have one per period.
        body: the document.
        released_at: wall clock, UTC.
        published: whether it stands in the catalogue.
    """

    study_id: str
    period: str
    round_id: str
    path: str
    body: bytes
    released_at: datetime
    published: bool = False


@dataclass(frozen=True)
class Finished:
    """What is stored at the end of a round: its release, and what is held from now on where it moved a model."""

    release: ReleaseRecord
    belief: Belief | Memory | None = None


def nobody_listens(_waiting: int) -> None:
    """Take no notice."""


class Rounds(Protocol):
    """The rounds and their releases; each call is durable when it returns."""

    def add(self, round_: Round) -> Round:
        """Store a new round; it takes the place of one of the same period that ended without charging anybody.

        Returns:
            It, with the number of the attempt.

        Raises:
            Conflict: ``round_exists``, when the study's period is used, or a round of it is under way.
        """
        ...

    def get(self, round_id: str) -> Round | None:
        """Return a round, or None."""
        ...

    def save(self, round_: Round, finished: Finished | None = None) -> None:
        """Store a changed round, together with what it leaves where it has ended well; then its journal goes.

        Raises:
            Conflict: ``illegal_transition``, when it was ended or resumed meanwhile by another process.
        """
        ...

    def enter(self, round_: Round, stage: Stage, asked: int, journal: bytes | None) -> None:
        """Note a stage before any of its instructions goes out.

        Args:
            round_: a round that collects, as it was when its program began.
            stage: which one.
            asked: how many dealerships are asked.
            journal: what has happened since the last part of the journal; None before the journal begins.

        Raises:
            Conflict: ``illegal_transition``, when the round was ended or resumed meanwhile: then nothing may go out.
        """
        ...

    def journal(self, round_id: str) -> tuple[bytes, ...]:
        """Give the parts of a round's journal, in order."""
        ...

    def note(self, round_id: str, *, joined: int, waiting: int) -> None:
        """Note how many dealerships are there, and for how many the round waits."""
        ...

    def all(self) -> list[Round]:
        """List the rounds, newest first."""
        ...

    def releases(self) -> list[ReleaseRecord]:
        """List the releases, newest first."""
        ...

    def belief(self, study_id: str) -> Belief | Memory | None:
        """Give what is held since the last round of a study that moves a model: a belief, or a training's memory."""
        ...

    def mark_published(self, study_id: str, period: str) -> None:
        """Note that a release stands in the catalogue."""
        ...


class Exchange(Protocol):
    """A round's transport: requests out, replies in."""

    def nodes(self) -> dict[int, str]:
        """List the online nodes with their public keys in the roster's spelling."""
        ...

    def exchange(
        self, requests: Mapping[int, bytes], timeout_s: float, awaiting: Callable[[int], None] = nobody_listens
    ) -> dict[int, bytes]:
        """Send each node its request; return the replies that arrived in time.

        Args:
            requests: by node.
            timeout_s: how long to wait.
            awaiting: hears now and then for how many replies it still waits.
        """
        ...
