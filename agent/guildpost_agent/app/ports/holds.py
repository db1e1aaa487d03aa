"""Whom nobody advertises to for now."""

from datetime import date
from typing import Protocol

from guildpost_agent.domain.holds import Hold, HoldKind


class Holds(Protocol):
    """Holds by customer and kind; one that stands on any record of a person holds for all of them."""

    def in_force(self, today: date) -> dict[str, Hold]:
        """Give the weightiest hold for each customer number that it covers, other records of the person included."""
        ...

    def of(self, customer_id: str, today: date) -> Hold | None:
        """Give the weightiest hold that covers one customer number now."""
        ...

    def all(self) -> list[Hold]:
        """List every hold, those not yet begun or over included, oldest first."""
        ...

    def set(self, hold: Hold) -> None:
        """Store a hold, replacing one of the same customer and kind."""
        ...

    def lift(self, customer_id: str, kind: HoldKind | None = None) -> int:
        """Remove a customer's holds (or the one of a kind), on other records of the person, too; return how many."""
        ...
