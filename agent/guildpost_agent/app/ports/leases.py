"""Leases in the database."""

from datetime import datetime
from typing import Protocol


class Leases(Protocol):
    """Guards so that one step runs once at a time, whatever crashes."""

    def acquire(self, name: str, *, holder: str, now: datetime, until: datetime) -> bool:
        """Take the lease if it is free, expired or already the holder's."""
        ...

    def release(self, name: str, *, holder: str) -> None:
        """Give it back; somebody else's lease is left alone."""
        ...
