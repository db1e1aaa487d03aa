"""What the dealer's own scoring found, kept until the next time."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from guildpost_agent.domain.segments.potential import Potential
from guildpost_agent.domain.segments.segment import CustomerSegment


class Segments(Protocol):
    """Where each customer stands, and the potential of services; never leaves the dealership."""

    def replace(self, segments: Sequence[CustomerSegment], potentials: Sequence[Potential]) -> None:
        """Store what was computed, in place of everything earlier."""
        ...

    def of(self, customer_id: str) -> CustomerSegment | None: ...  # noqa: D102 — the name says it
    def best(self, service_id: str, count: int) -> list[Potential]:
        """List the most promising vehicles of a service, the best first."""
        ...

    def counts(self, field: str) -> Mapping[str, int]:
        """Count the customers by ``stage``, ``value_band``, ``loyalty``, ``kind`` or ``age_band``."""
        ...

    def potential_counts(self) -> Mapping[str, int]:
        """Count the potentials that are kept, by service."""
        ...

    def computed_on(self) -> date | None:
        """Give the day of the last computation; None before the first."""
        ...
