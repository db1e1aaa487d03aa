"""The proof lines of who said that a customer is not dead."""

from collections.abc import Collection
from typing import Protocol

from guildpost_agent.domain.letter_returns import FoundAlive


class FoundAliveLines(Protocol):
    """Lines are added and never changed."""

    def add(self, line: FoundAlive) -> None: ...  # noqa: D102 — the name says it
    def of(self, customer_ids: Collection[str]) -> list[FoundAlive]:
        """List the lines about these customer numbers, oldest first."""
        ...
