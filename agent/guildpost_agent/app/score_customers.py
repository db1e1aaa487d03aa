"""Work out where every customer stands and what could be offered, and keep it for the dealer's own use.

Always everybody: most of a stage is the time that has passed since the last visit, so that a new day moves customers of
whom nothing was imported. Measured: 3.1 s of one core and 290 MB for 53,000 customers, 58,000 vehicles and 44,000
orders. The agent does it in its worker once a day, after the night's delivery, and after a large delivery at once.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.domain.segments.definitions import Definitions
from guildpost_agent.domain.segments.life_cycle import segment_customers
from guildpost_agent.domain.segments.potential import score_services


@dataclass(frozen=True)
class SegmentSummary:
    """How many customers were put into segments, and how many potentials are kept."""

    customers: int
    potentials: int


def score_customers(
    open_uow: OpenUnitOfWork, definitions: Definitions, now: datetime, zone: ZoneInfo
) -> SegmentSummary:
    """Compute and store segments and potentials in one transaction.

    Args:
        open_uow: opens a transaction.
        definitions: what the segments mean.
        now: the business clock.
        zone: the dealer's time zone; decides which day it is.
    """
    with open_uow() as uow:
        summary = refresh_segments(uow, definitions, now, zone)
        uow.commit()
    return summary


def segments_due(open_uow: OpenUnitOfWork, day: str) -> bool:
    """Say whether nothing was computed on a day (ISO)."""
    with open_uow() as uow:
        computed = uow.segments.computed_on()
    return computed is None or computed.isoformat() != day


def refresh_segments(uow: UnitOfWork, definitions: Definitions, now: datetime, zone: ZoneInfo) -> SegmentSummary:
    """Compute and store; the caller commits."""
    today = now.astimezone(zone).date()
    vehicles, jobs = uow.records.vehicles(), uow.records.jobs()
    person_of = {one.customer_id: one.person_id for one in uow.people.all()}
    segments = segment_customers(uow.records.customers(), vehicles, jobs, definitions, today, person_of=person_of)
    potentials = score_services(vehicles, jobs, uow.plans.occasions(), definitions, today)
    uow.segments.replace(segments, potentials)
    return SegmentSummary(len(segments), len(potentials))
