"""Which outcomes may enter a study: at most one matured reminder per customer, none counted in the quarter before.

Only what was really delivered counts, with the local time at which it really left; a booking counts when it fell into
the attribution window and before the study's maturity. The choice among several reminders of one customer is the
earliest, so that it does not depend on how it turned out.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.domain.contributing.units import Counted
from guildpost_agent.domain.frozen import frozen
from guildpost_agent.domain.records import Channel, Outcome, Touchpoint
from guildpost_agent.domain.timing import FOLLOW_UP_ARM
from guildpost_shared.privacy.ledger import Entry, Ledger, affords
from guildpost_shared.studies.layout import MaturedReminder
from guildpost_shared.studies.spec import StudySpec

MONTHS_PER_QUARTER: Final = 3


def quarter_of(day: date) -> str:
    """Name a day's quarter, ``2027-Q1``."""
    return f"{day.year}-Q{(day.month - 1) // MONTHS_PER_QUARTER + 1}"


def used_up(ledgers: Mapping[str, Ledger], planned: Callable[[str], Entry]) -> set[str]:
    """Name the customers whose budget of the year, over all studies and brands, does not hold another contribution.

    Args:
        ledgers: by customer.
        planned: gives a customer's entry for the next contribution.
    """
    return {customer for customer, ledger in ledgers.items() if not affords(ledger, planned(customer))}


@frozen
class Matured:
    """The reminder that stands for a customer: when it left (UTC), and whether a booking followed in time."""

    touchpoint: Touchpoint
    at: datetime
    booked: bool


def first_matured(
    study: StudySpec,
    touchpoints: Mapping[str, Touchpoint],
    outcomes: Iterable[Outcome],
    *,
    today: date,
    zone: ZoneInfo,
    already_counted: Collection[str],
) -> dict[str, Matured]:
    """Choose what counts.

    Args:
        study: the verified study, or the part of it that a round is about.
        touchpoints: by id.
        outcomes: everything that came back.
        today: the dealer's local day.
        zone: the dealer's time zone.
        already_counted: customers counted in this quarter; they are left out.

    Returns:
        One reminder per customer, ordered by customer.
    """
    delivered: dict[str, datetime] = {}
    booked: dict[str, datetime] = {}  # by occasion: a booking on a later message of the sequence answers the first too
    for outcome in outcomes:
        touchpoint = touchpoints.get(outcome.touchpoint_id)
        if outcome.kind == "delivered":
            delivered[outcome.touchpoint_id] = min(outcome.at, delivered.get(outcome.touchpoint_id, outcome.at))
        elif outcome.kind == "booked" and touchpoint is not None:
            occasion = touchpoint.occasion_id
            booked[occasion] = min(outcome.at, booked.get(occasion, outcome.at))
    chosen: dict[str, tuple[datetime, Touchpoint]] = {}
    for touchpoint_id, at in delivered.items():
        touchpoint = touchpoints.get(touchpoint_id)
        if touchpoint is None or touchpoint.customer_id in already_counted or touchpoint.arm == FOLLOW_UP_ARM:
            continue
        if touchpoint.service_id not in study.services or touchpoint.channel not in study.channels:
            continue
        if not study.counts(at.astimezone(zone).date(), today):
            continue
        known = chosen.get(touchpoint.customer_id)
        if known is None or (at, touchpoint_id) < (known[0], known[1].touchpoint_id):
            chosen[touchpoint.customer_id] = (at, touchpoint)
    within = timedelta(days=study.maturity_days)
    return {
        customer: Matured(touchpoint, at, _in_time(booked.get(touchpoint.occasion_id), at, within, zone))
        for customer, (at, touchpoint) in sorted(chosen.items())
    }


def slot_lead_parts(matured: Mapping[str, Matured], zone: ZoneInfo) -> list[Counted[MaturedReminder]]:
    """Say what each customer brings to a study of slot and lead time."""
    return [Counted(customer, _reminder(one, zone)) for customer, one in matured.items()]


def _in_time(booked_at: datetime | None, left_at: datetime, within: timedelta, zone: ZoneInfo) -> bool:
    """Compare by days, as everything here: counted in hours, a message of the morning would have less time."""
    return booked_at is not None and booked_at.astimezone(zone).date() <= left_at.astimezone(zone).date() + within


def _reminder(matured: Matured, zone: ZoneInfo) -> MaturedReminder:
    local, touchpoint = matured.at.astimezone(zone), matured.touchpoint
    return MaturedReminder(
        service=touchpoint.service_id,
        channel=touchpoint.channel.value,
        weekday=local.weekday(),
        hour=local.hour if touchpoint.channel is Channel.EMAIL else None,
        lead_days=(touchpoint.due_date - local.date()).days,
        booked=matured.booked,
    )
