"""What the screens and the status command read: flat rows straight from the database, never through the domain."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


@dataclass(frozen=True)
class WeekRow:
    """One message of the week as a list shows it."""

    touchpoint_id: str
    planned_at: datetime
    channel: str
    service_id: str
    state: str
    outbox_state: str
    recipient_name: str
    town: str
    vehicle: str
    plate: str
    due_date: date
    lead_days: int


@dataclass(frozen=True)
class Totals:
    """The counts of the whole dealership since it was set up."""

    rows_imported: int
    rows_quarantined: int
    occasions: int
    occasions_stale: int
    planned: int
    sent: int
    letters: int
    bounced: int
    unsure: int
    clicked: int
    booked: int
    unsubscribed: int


@dataclass(frozen=True)
class RefusalCount:
    """How many occasions were refused for one reason."""

    reason: str
    count: int


class ReadModel(Protocol):
    """Reads for people; a snapshot, never a lock."""

    def week(self, start: datetime, end: datetime) -> list[WeekRow]:
        """List the touchpoints with ``start <= planned_at < end``, oldest first."""
        ...

    def totals(self) -> Totals:
        """Count everything."""
        ...

    def refusals(self) -> list[RefusalCount]:
        """Count the refused occasions by reason, most frequent first."""
        ...

    def next_due(self) -> datetime | None:
        """Say when the next planned, put-off or asked-for message wants to go out; None when there is none."""
        ...

    def confirmation_due(self, now: datetime) -> bool:
        """Say whether a mail that asks for a confirmation wants to go out now, or was interrupted on its way."""
        ...

    def due_channels(self, now: datetime) -> set[str]:
        """Name the channels on which a message wants to go out now, or was interrupted on its way."""
        ...
