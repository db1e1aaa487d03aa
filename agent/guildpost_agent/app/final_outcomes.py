"""Which outcomes of the dealership's reminders are final, by brand.

1  reminders that left, of the services of some brands, in a learning class, no follow-ups
2  answers: those whose attribution window is over and covered by the last delivery of the management system; a
   booking on a later message of a sequence is the first one's, too
3  clicks: e-mails that left a week ago or longer
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.domain.brands import brand_of
from guildpost_agent.domain.learning.own import Seen
from guildpost_agent.domain.learning.reading import (
    LOYAL_MONTHS,
    Addressed,
    channel_index,
    learned_class,
    recipient,
    sent_at,
)
from guildpost_agent.domain.months import add_months
from guildpost_agent.domain.records import Channel, Customer, Outcome, Touchpoint, Vehicle
from guildpost_agent.domain.timing import FOLLOW_UP_ARM
from guildpost_agent.domain.touchpoint_states import CONTACTS, WAITING
from guildpost_shared.services.definition import ServiceDefinition

LOOK_BACK: Final = timedelta(days=730)
"""What is older counts less than a third anyway."""
_CLICKED_WITHIN: Final = timedelta(days=7)
_VISITS_MONTHS: Final = 24 + LOYAL_MONTHS
_KINDS: Final = ("delivered", "booked", "clicked")
_GONE_OUT: Final = CONTACTS - WAITING


@dataclass(frozen=True)
class Mirror:
    """All customers and vehicles by their numbers."""

    customers: Mapping[str, Customer]
    vehicles: Mapping[str, Vehicle]


@dataclass(frozen=True)
class Past:
    """Everything that was or will be sent, and what came back, oldest first."""

    touchpoints: Sequence[Touchpoint]
    outcomes: Sequence[Outcome]


def final_outcomes(
    uow: UnitOfWork,
    mirror: Mirror,
    past: Past,
    services: Mapping[str, ServiceDefinition],
    brands: Collection[str],
    *,
    now: datetime,
    zone: ZoneInfo,
) -> dict[str, Seen]:
    """Sort what is final.

    Args:
        uow: an open transaction.
        mirror: whom the reminders went to.
        past: everything that was or will be sent, and what came back, oldest first.
        services: what the dealer runs, by id.
        brands: which are asked about.
        now: the business clock.
        zone: the dealer's.
    """
    found: dict[str, Seen] = {brand: Seen() for brand in brands}
    delivered, booked, clicked = _first_of_each(past.outcomes)
    if not delivered:
        return found
    known = _places(services, found)
    since, customers = now - LOOK_BACK, mirror.customers
    left = [t for t in past.touchpoints if t.planned_at >= since and t.state in _GONE_OUT and t.service_id in known]
    answered = _answered(left, booked)
    latest, today = uow.imports.latest(), now.astimezone(zone).date()
    known_until = date.min if latest is None else min(today, latest.at.astimezone(zone).date())
    clicked_until = today - _CLICKED_WITHIN
    firsts = [t for t in left if t.arm != FOLLOW_UP_ARM and t.touchpoint_id in delivered and t.customer_id in customers]
    visits = uow.reminders.visit_days({one.customer_id for one in firsts}, add_months(today, -_VISITS_MONTHS))
    for one in firsts:
        at, place = delivered[one.touchpoint_id].astimezone(zone), known[one.service_id][one.channel.value]
        day, vehicle = at.date(), mirror.vehicles.get(one.vehicle_id)
        who = recipient(customers[one.customer_id], vehicle, visits.get(one.customer_id, ()), day)
        addressed = Addressed(place.learning_class, place.channel, who)
        silent = sent_at(addressed, at, one.due_date, one.lead_days, answered=False)
        last = day + place.window
        if last < known_until:
            said = answered.get(one.occasion_id)
            came = said is not None and said.astimezone(zone).date() <= last
            place.seen.answers.append((day, replace(silent, answered=True) if came else silent))
        if place.clicked and day < clicked_until:
            came = one.touchpoint_id in clicked
            place.seen.clicks.append((day, replace(silent, answered=True) if came else silent))
    return found


class _Place(NamedTuple):
    """What all reminders of a service on a channel share; ``clicked``: whether clicks tell something of them."""

    seen: Seen
    learning_class: int
    channel: int
    window: timedelta
    clicked: bool


def _places(services: Mapping[str, ServiceDefinition], found: Mapping[str, Seen]) -> dict[str, dict[str, _Place]]:
    """Give by service and channel where outcomes belong; a channel that the service has no longer has no window."""
    places: dict[str, dict[str, _Place]] = {}
    for name, service in services.items():
        kind, seen = learned_class(service), found.get(brand_of(name))
        if kind is not None and seen is not None:
            windows = {use.channel.value: timedelta(days=use.attribution_days) for use in service.channels}
            places[name] = {
                one.value: _Place(
                    seen, kind, channel_index(one.value), windows.get(one.value, timedelta()), one is Channel.EMAIL
                )
                for one in Channel
            }
    return places


def _first_of_each(outcomes: Iterable[Outcome]) -> tuple[dict[str, datetime], ...]:
    """Give by touchpoint the first instant at which it was delivered, booked on, and clicked on."""
    came: dict[str, dict[str, datetime]] = {kind: {} for kind in _KINDS}
    for outcome in outcomes:
        if outcome.kind in came:
            came[outcome.kind].setdefault(outcome.touchpoint_id, outcome.at)
    return tuple(came.values())


def _answered(left: Iterable[Touchpoint], booked: Mapping[str, datetime]) -> dict[str, datetime]:
    """Give by occasion the first booking on any of its messages."""
    answered: dict[str, datetime] = {}
    for one in left:
        if one.touchpoint_id in booked:
            at = booked[one.touchpoint_id]
            answered[one.occasion_id] = min(at, answered.get(one.occasion_id, at))
    return answered
