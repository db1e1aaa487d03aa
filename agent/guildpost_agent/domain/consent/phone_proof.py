"""How long the proof of a consent to calls is kept (§ 7a UWG): five years from the grant and from each use."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from guildpost_agent.domain.consent.events import ConsentEvent
from guildpost_agent.domain.consent.terms import OPENING, Basis, ContactChannel
from guildpost_agent.domain.months import add_months

KEEP_MONTHS: Final = 60


@dataclass(frozen=True)
class PhoneUse:
    """One advertising call that rested on a consent: the entry's number, the instant, what for, who called."""

    customer_id: str
    event_seq: int
    used_at: datetime
    purpose: str
    called_by: str


def keep_until(event: ConsentEvent, uses: Iterable[PhoneUse]) -> date | None:
    """Say up to which day an entry's proof has to be kept; None when the rule does not concern it.

    Args:
        event: an entry of the ledger.
        uses: the customer's calls.
    """
    concerned = event.channel == ContactChannel.PHONE and event.basis is Basis.CONSENT and event.kind in OPENING
    if not concerned:
        return None
    granted = event.evidence.given_on or event.at.date()
    days = [granted, *(use.used_at.date() for use in uses if use.event_seq == event.seq)]
    return add_months(max(days), KEEP_MONTHS)
