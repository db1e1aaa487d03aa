"""What learning reads of reminders that left: few columns of many rows."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from guildpost_agent.domain.frozen import frozen


@frozen
class LeftReminder:
    """A reminder that was handed over, with what a context needs of its customer and vehicle.

    Attributes:
        is_business: of the customer.
        first_registration: of the vehicle, where it is still this customer's.
    """

    touchpoint_id: str
    occasion_id: str
    customer_id: str
    service_id: str
    channel: str
    due_date: date
    lead_days: int
    arm: str
    is_business: bool
    first_registration: date | None


class Reminders(Protocol):
    """Reminders, by whom they went to."""

    def left(self, service_ids: Collection[str], since: datetime) -> Sequence[LeftReminder]:
        """List the reminders of some services that left and were planned for an instant or later."""
        ...

    def visit_days(self, customer_ids: Collection[str], since: date) -> Mapping[str, Sequence[date]]:
        """Give by customer the days of orders made on or after a day, whichever vehicle they were for."""
        ...
