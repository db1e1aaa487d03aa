"""Whom nobody advertises to for now."""

from collections.abc import Collection
from datetime import date
from typing import Protocol

from guildpost_agent.domain.holds import Hold, HoldKind, HoldStep


class Holds(Protocol):
    """Holds by customer and kind; one that stands on any record of a person holds for all of them."""

    def in_force(self, today: date) -> dict[str, Hold]:
        """Give the weightiest hold for each customer number that it covers, other records of the person included."""
        ...

    def of(self, customer_id: str, today: date) -> Hold | None:
        """Give the weightiest hold that covers one customer number now."""
        ...

    def on_records(self, customer_ids: Collection[str]) -> list[Hold]:
        """List the holds that stand on some customer numbers, those not yet begun or over included."""
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

    def note(self, step: HoldStep) -> None:
        """Note who set or lifted a hold; a step is never changed."""
        ...

    def steps(self, customer_ids: Collection[str] | None = None) -> list[HoldStep]:
        """Give the steps about these customer numbers, or all of them, in the order in which they were done."""
        ...
