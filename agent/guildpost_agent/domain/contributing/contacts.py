"""The contacts of a dealership as studies see them: messages that were delivered, and calls that reached somebody."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from guildpost_agent.domain.call_contacts import call_contact
from guildpost_agent.domain.call_results import Booked
from guildpost_agent.domain.call_tasks import CallTask
from guildpost_agent.domain.records import Outcome, Touchpoint
from guildpost_agent.domain.timing import FOLLOW_UP_ARM
from guildpost_shared.studies.kinds import CALL


@dataclass(frozen=True)
class Met:
    """One contact.

    Attributes:
        customer_id: who was met.
        service_id: about which service, under the study's name.
        channel: ``email``, ``letter`` or ``call``.
        at: when it was delivered, or the call ended (UTC).
        occasion_id: about which occasion; empty for a call about none.
        first: no follow-up of a message about the same occasion.
        booked: a call that ended with an appointment.
    """

    customer_id: str
    service_id: str
    channel: str
    at: datetime
    occasion_id: str
    first: bool = True
    booked: bool = False


def delivered(touchpoints: Iterable[Touchpoint], outcomes: Iterable[Outcome]) -> list[Met]:
    """List the messages that were delivered, each at its first delivery."""
    known = {touchpoint.touchpoint_id: touchpoint for touchpoint in touchpoints}
    first: dict[str, datetime] = {}
    for outcome in outcomes:
        if outcome.kind == "delivered" and outcome.touchpoint_id in known:
            first[outcome.touchpoint_id] = min(outcome.at, first.get(outcome.touchpoint_id, outcome.at))
    return [
        Met(t.customer_id, t.service_id, t.channel.value, first[name], t.occasion_id, first=t.arm != FOLLOW_UP_ARM)
        for name, t in known.items()
        if name in first
    ]


def called(tasks: Iterable[CallTask], zone: ZoneInfo) -> list[Met]:
    """List the calls that reached somebody, on the dealer's own account."""
    return [
        Met(
            task.customer_id,
            task.service_id,
            CALL,
            task.closed_at,
            task.occasion_id,
            booked=isinstance(task.result, Booked),
        )
        for task in tasks
        if task.closed_at is not None and call_contact(task, zone) is not None
    ]


def answered_on(
    touchpoints: Mapping[str, Touchpoint], outcomes: Iterable[Outcome], kinds: frozenset[str], zone: ZoneInfo
) -> dict[str, list[date]]:
    """List by occasion the local days of outcomes of certain kinds: an answer to a later message answers the first."""
    days: dict[str, list[date]] = {}
    for outcome in outcomes:
        touchpoint = touchpoints.get(outcome.touchpoint_id)
        if outcome.kind in kinds and touchpoint is not None:
            days.setdefault(touchpoint.occasion_id, []).append(outcome.at.astimezone(zone).date())
    return days


def within(days: Iterable[date], start: date, length: int) -> bool:
    """Say whether one of the days lies in the window that begins on ``start``; its last day counts."""
    return any(start <= day <= start + timedelta(days=length) for day in days)


def earliest_of_each(contacts: Iterable[Met]) -> dict[str, Met]:
    """Keep each customer's earliest contact, ordered by customer."""
    chosen: dict[str, Met] = {}
    for contact in sorted(contacts, key=lambda c: (c.at, c.channel, c.service_id, c.occasion_id)):
        chosen.setdefault(contact.customer_id, contact)
    return dict(sorted(chosen.items()))
