"""What conducting a round needs: its record, its releases, and a transport that moves opaque bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from guildpost_coordinator.domain.learning.filter import Belief
from guildpost_coordinator.domain.rounds import Round


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
    """What is stored at the end of a round: its release, and what is believed from now on where it moved a model."""

    release: ReleaseRecord
    belief: Belief | None = None


class Rounds(Protocol):
    """The rounds and their releases; each call is durable when it returns."""

    def add(self, round_: Round) -> None:
        """Store a new round.

        Raises:
            Conflict: ``round_exists``, when the study's period was already used.
        """
        ...

    def get(self, round_id: str) -> Round | None:
        """Return a round, or None."""
        ...

    def save(self, round_: Round, finished: Finished | None = None) -> None:
        """Store a changed round, together with what it leaves where it has ended well."""
        ...

    def all(self) -> list[Round]:
        """List the rounds, newest first."""
        ...

    def releases(self) -> list[ReleaseRecord]:
        """List the releases, newest first."""
        ...

    def belief(self, study_id: str) -> Belief | None:
        """Give what is believed since the last round of a study that moves a model."""
        ...

    def mark_published(self, study_id: str, period: str) -> None:
        """Note that a release stands in the catalogue."""
        ...


class Exchange(Protocol):
    """A round's transport: requests out, replies in."""

    def nodes(self) -> dict[int, str]:
        """List the online nodes with their public keys in the roster's spelling."""
        ...

    def exchange(self, requests: Mapping[int, bytes], timeout_s: float) -> dict[int, bytes]:
        """Send each node its request; return the replies that arrived in time."""
        ...
