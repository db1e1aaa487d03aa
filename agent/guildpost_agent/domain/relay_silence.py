"""How long advertising may go on without word from the relay: unsubscribes could be waiting there."""

from datetime import datetime, timedelta
from typing import Final

SILENCE_LIMIT: Final = timedelta(hours=24)
POLL_AT_LEAST_EVERY: Final = timedelta(hours=4)
"""Beside the poll before each dispatch: soon enough that answers reach the staff the same day."""


def advertising_allowed(last_answer: datetime | None, now: datetime) -> bool:
    """Say whether advertising may go out: the relay answered within 24 hours (business clock)."""
    return last_answer is not None and now - last_answer <= SILENCE_LIMIT


def poll_due(last_answer: datetime | None, now: datetime) -> bool:
    """Say whether the regular poll is due."""
    return last_answer is None or now - last_answer >= POLL_AT_LEAST_EVERY
