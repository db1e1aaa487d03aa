"""Appointments that a planner brought, beside those of the DMS."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from guildpost_agent.domain.records import Appointment


@dataclass(frozen=True)
class PlannedChange:
    """What a planner's export did."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    cancelled: int = 0


class Planned(Protocol):
    """The mirror of the planners; what the DMS brought is never touched."""

    def replace(self, origin: str, rows: Sequence[Appointment], now: datetime) -> PlannedChange:
        """Store a planner's appointments in place of its earlier ones; the caller commits.

        One that vanished and lies ahead is called off; one that lies behind stays, as exports often begin today. The
        day on which an appointment became known first stays too.

        Args:
            origin: the planner.
            rows: all of its appointments that concern somebody.
            now: the business clock.
        """
        ...
