"""Which due cycle an occasion belongs to, when its due date has moved since somebody was written to about it.

A message knows its own occasion's due date, but of those that it carried along only their names. A name is made of the
due month (inspections) or day, so that the names which an occasion would have had nearby can be worked out.
"""

from datetime import date, timedelta
from functools import lru_cache

from guildpost_agent.domain.keyed import occasion_id
from guildpost_agent.domain.records import Occasion, Touchpoint


def cycle_of(due: date, *, by_month: bool) -> str:
    """Name a due cycle."""
    day = due.isoformat()
    return day[:7] if by_month else day  # a year and its month


def carried_before(touchpoint: Touchpoint, occasion: Occasion, within_days: int) -> bool:
    """Say whether a message carried along the same cycle of an occasion, due so many days sooner or later then."""
    if not touchpoint.bundled or within_days <= 1:
        return False
    return not _names(occasion, within_days).isdisjoint(touchpoint.bundled)


@lru_cache(maxsize=256)
def _names(occasion: Occasion, within_days: int) -> frozenset[str]:
    days = [occasion.due_date + timedelta(days=days) for days in range(1 - within_days, within_days)]
    o, cycles = occasion, {f"{day:%Y-%m}" for day in days} | {day.isoformat() for day in days}
    return frozenset(occasion_id(o.vehicle_id, o.customer_id, o.service_id, cycle) for cycle in cycles)
