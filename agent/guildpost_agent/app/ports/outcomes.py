"""What came back to messages."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from guildpost_agent.domain.records import Outcome


class Outcomes(Protocol):
    """What came back."""

    def add(self, rows: Sequence[Outcome]) -> int:
        """Store outcomes, ignoring those already known by id; return how many were new."""
        ...

    def take_back(self, outcome_ids: Iterable[str]) -> None:
        """Forget outcomes that turned out not to be: a booking that was called off."""
        ...

    def all(self) -> list[Outcome]: ...  # noqa: D102 — see above
    def of_kinds(self, kinds: Collection[str]) -> list[Outcome]:
        """List what came back of some kinds, oldest first."""
        ...

    def first_of(self, kind: str) -> Mapping[str, datetime]:
        """Give by touchpoint the first instant at which something of a kind came back."""
        ...

    def of(self, touchpoint_id: str) -> list[Outcome]: ...  # noqa: D102 — see above
