"""The only place that reads the time.

Two clocks: the business clock (occasions, plans, quiet hours, outcomes; a demo may drive it) and the wall clock
(certificates, TUF, TLS, Flower). Instants are aware datetimes in UTC.
"""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tell the time."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is set: for tests, simulations and driven processes."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """Return the instant it was last set to."""
        return self._now

    def set(self, now: datetime) -> None:
        """Move to another instant; going back is allowed, because real clocks do it too."""
        self._now = now
