"""How often one customer may hear from the dealer: at most once in 14 days and 8 times in a year, over all channels.

A contact is a span of days: an e-mail its day, a letter everything from its release to its arrival.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

from guildpost_agent.domain.frozen import frozen

GAP_DAYS: Final = 14
YEAR_DAYS: Final = 365
PER_YEAR: Final = 8


@frozen
class Contact:
    """From the first to the last day on which a customer may meet the message."""

    first: date
    last: date


def fits(contact: Contact, others: Sequence[Contact]) -> bool:
    """Say whether one more contact keeps the cap, whatever lies before and after it."""
    if not others:
        return True
    for other in others:
        if (contact.first - other.last).days < GAP_DAYS and (other.first - contact.last).days < GAP_DAYS:
            return False
    days = sorted([contact.first, *(other.first for other in others)])
    return all(
        (days[index + PER_YEAR] - day).days >= YEAR_DAYS
        for index, day in enumerate(days[: max(0, len(days) - PER_YEAR)])
    )
