"""What a preview of the plan is about: the days, and which service, vehicle or customer."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from guildpost_agent.domain.records import Occasion
from guildpost_shared.errors import Refused

FURTHEST_DAYS: Final = 366
"""Further ahead than a year every due date is a guess upon a guess."""


class Standing(StrEnum):
    """How far a message is: new with this plan, planned before, or on its way already."""

    NEW = "new"
    PLANNED_BEFORE = "planned_before"
    LEFT = "left"


@dataclass(frozen=True)
class Scope:
    """Days from ``first`` to ``last``, both included; an empty filter lets everything through."""

    first: date
    last: date
    service: str = ""
    vehicle: str = ""
    customer: str = ""

    def check(self, today: date) -> None:
        """Refuse days that make no sense.

        Raises:
            Refused: ``plan_days_reversed`` or ``plan_days_too_far``.
        """
        if self.last < self.first:
            raise Refused("plan_days_reversed", first=self.first, last=self.last)
        furthest = today + timedelta(days=FURTHEST_DAYS)
        if self.last > furthest:
            raise Refused("plan_days_too_far", last=self.last, furthest=furthest)

    def holds(self, day: date) -> bool:
        """Say whether a day is one of them."""
        return self.first <= day <= self.last

    def meets(self, opens: date, closes: date) -> bool:
        """Say whether a window has a day among them."""
        return opens <= self.last and closes >= self.first

    def concerns(self, occasion: Occasion) -> bool:
        """Say whether an occasion passes the filters."""
        return (
            self.service in {"", occasion.service_id}
            and self.vehicle in {"", occasion.vehicle_id}
            and self.customer in {"", occasion.customer_id}
        )
