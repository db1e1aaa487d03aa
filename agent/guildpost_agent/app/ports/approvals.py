"""The record of what was approved, declined or lapsed."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from guildpost_agent.domain.approvals import Approval


class Approvals(Protocol):
    """Append-only: a verdict is never changed; it goes with its message."""

    def append(self, rows: Sequence[Approval]) -> None:
        """Add verdicts at the end."""
        ...

    def of(self, touchpoint_ids: Iterable[str]) -> list[Approval]:
        """List the verdicts about some messages, oldest first."""
        ...

    def declined(self) -> frozenset[str]:
        """Name the occasions whose message a person declined."""
        ...
