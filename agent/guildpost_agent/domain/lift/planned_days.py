"""When somebody of the control group would have been written to.

A decision that says so itself (facts ``channel`` and ``planned_on``) is believed. For one that does not, the day is
derived: the treated of the same service and channel were written to some days before their due dates, and the customer
takes the place in this distribution that a lot of their own gives them. Both arms are thereby measured from the same
mixture of days; a single lead time for all of one arm would compare April with May. Nobody would have been written to
before the decision was made.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from guildpost_agent.domain.exclusions import Facts
from guildpost_agent.domain.keyed import draw
from guildpost_agent.domain.records import Channel, Occasion

CHANNEL: Final = "channel"
PLANNED_ON: Final = "planned_on"


def stated(facts: Facts) -> tuple[Channel, date] | None:
    """Read channel and day from a decision's facts; None where it does not say both."""
    channel, day = facts.get(CHANNEL), facts.get(PLANNED_ON)
    if channel not in set(Channel) or not isinstance(day, str):
        return None
    return Channel(str(channel)), date.fromisoformat(day)


def derived(occasion: Occasion, decided_on: date, leads: Sequence[int], key: bytes) -> date | None:
    """Derive the day on which an occasion's message would have been planned.

    Args:
        occasion: whose control group member.
        decided_on: the dealer's local day of the decision.
        leads: days before the due date of the treated of the same service and channel, ascending.
        key: of all draws.

    Returns:
        None where there is nobody to compare with.
    """
    if not leads:
        return None
    lead = leads[int(draw(key, "lift", occasion.occasion_id) * len(leads))]
    return max(decided_on, occasion.due_date - timedelta(days=lead))
