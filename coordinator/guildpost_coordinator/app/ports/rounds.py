"""What conducting a round needs: its record, its releases, and a transport that moves opaque bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from guildpost_coordinator.domain.rounds import Round


@dataclass(frozen=True)
class ReleaseRecord:
    """One released figure set, as published: the only trace that a round leaves."""

    study_id: str
    period: str
    round_id: str
    body: bytes
    released_at: datetime
    published: bool = False


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

    def save(self, round_: Round, release: ReleaseRecord | None = None) -> None:
        """Store a changed round, together with its release where there is one."""
        ...

    def all(self) -> list[Round]:
        """List the rounds, newest first."""
        ...

    def releases(self) -> list[ReleaseRecord]:
        """List the releases, newest first."""
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
