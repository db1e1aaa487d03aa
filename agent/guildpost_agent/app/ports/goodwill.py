"""The ledger of goodwill credits."""

from collections.abc import Collection, Sequence
from typing import Protocol

from guildpost_agent.domain.goodwill.ledger import Entry


class Goodwill(Protocol):
    """Append-only: a line is never changed; only an erasure or a term of retention takes a customer's lines away."""

    def append(self, entries: Sequence[Entry]) -> None:
        """Add lines at the end."""
        ...

    def all(self) -> list[Entry]: ...  # noqa: D102 — the name says it
    def of(self, customer_ids: Collection[str]) -> list[Entry]:
        """List the lines of some customers, oldest first."""
        ...

    def of_credit(self, credit_id: str) -> list[Entry]:
        """List the lines of one credit, oldest first."""
        ...
