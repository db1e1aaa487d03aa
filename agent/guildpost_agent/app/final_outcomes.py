"""Which outcomes of the dealership's reminders are final, by brand.

1  reminders that left, of the services of some brands, in a learning class, no follow-ups
2  answers: those whose attribution window is over and covered by the last delivery of the management system; a
   booking on a later message of a sequence is the first one's, too
3  clicks: e-mails that left a week ago or longer
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.domain.brands import brand_of
from guildpost_agent.domain.learning.many import age_groups, sent_many
from guildpost_agent.domain.learning.own import Dated, Seen
from guildpost_agent.domain.learning.reading import LOYAL_MONTHS, channel_index, is_loyal, learned_class
from guildpost_agent.domain.months import add_months
from guildpost_agent.domain.records import Channel, Customer, Outcome, Touchpoint, Vehicle
from guildpost_agent.domain.timing import FOLLOW_UP_ARM
from guildpost_agent.domain.touchpoint_states import CONTACTS, WAITING
from guildpost_shared.learning.contexts import Contexts, Flags, Reminders
from guildpost_shared.services.definition import ServiceDefinition

LOOK_BACK: Final = timedelta(days=730)
"""What is older counts less than a third anyway."""
_CLICKED_WITHIN: Final = timedelta(days=7)
_VISITS_MONTHS: Final = 24 + LOYAL_MONTHS
_KINDS: Final = ("delivered", "booked", "clicked")
_GONE_OUT: Final = CONTACTS - WAITING


@dataclass(frozen=True)
class Mirror:
    """All customers and vehicles by their numbers, and by customer the days of orders since ``first_visit``."""

    customers: Mapping[str, Customer]
    vehicles: Mapping[str, Vehicle]
    visits: Mapping[str, Sequence[date]]


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
    delivered, booked, clicked = _first_of_each(past.outcomes)
    if not delivered:
        return {brand: Seen() for brand in brands}
    known = _places(services, brands)
    since, customers = now - LOOK_BACK, mirror.customers
    left = [t for t in past.touchpoints if t.planned_at >= since and t.state in _GONE_OUT and t.service_id in known]
    answered = _answered(left, booked)
    latest, today = uow.imports.latest(), now.astimezone(zone).date()
    known_until = date.min if latest is None else min(today, latest.at.astimezone(zone).date())
    clicked_until = today - _CLICKED_WITHIN
    firsts = [t for t in left if t.arm != FOLLOW_UP_ARM and t.touchpoint_id in delivered and t.customer_id in customers]
    at = [delivered[one.touchpoint_id].astimezone(zone) for one in firsts]
    days = [one.date() for one in at]
    places = [known[one.service_id][one.channel.value] for one in firsts]
    who = _contexts(firsts, places, days, mirror)
    told = {occasion_id: said.astimezone(zone).date() for occasion_id, said in answered.items()}
    last = [day + place.window for day, place in zip(days, places, strict=True)]
    came = [told.get(one.occasion_id, date.max) <= end for one, end in zip(firsts, last, strict=True)]
    due, planned = [one.due_date for one in firsts], np.array([one.lead_days for one in firsts], dtype=np.int64)
    silent = Dated(sent_many(who, at, due, planned), np.array([day.toordinal() for day in days], dtype=np.int64))
    opened = [one.touchpoint_id in clicked for one in firsts]
    final = _flags(end < known_until for end in last)
    timely = _flags(place.clicked and day < clicked_until for place, day in zip(places, days, strict=True))

    def seen(brand: str) -> Seen:
        mine = _flags(place.brand == brand for place in places)
        return Seen(_those(silent, mine & final, came), _those(silent, mine & timely, opened))

    return {brand: seen(brand) for brand in brands}


def first_visit(today: date) -> date:
    """Give the first day of orders that may still say something of a reminder that is looked back at."""
    return add_months(today, -_VISITS_MONTHS)


def _flags(found: Iterable[bool]) -> Flags:
    return np.fromiter(found, np.bool_)


def _those(silent: Dated, which: Flags, answered: Sequence[bool]) -> Dated:
    """Pick some reminders, with what came of them."""
    sent = silent.reminders
    told = Reminders(sent.contexts, sent.slot, sent.lead, np.array(answered, dtype=np.int64))
    return Dated(told, silent.day).take(np.flatnonzero(which))


class _Place(NamedTuple):
    """What all reminders of a service on a channel share; ``clicked``: whether clicks tell something of them."""

    brand: str
    learning_class: int
    channel: int
    window: timedelta
    clicked: bool


def _places(services: Mapping[str, ServiceDefinition], brands: Collection[str]) -> dict[str, dict[str, _Place]]:
    """Give by service and channel where outcomes belong; a channel that the service has no longer has no window."""
    places: dict[str, dict[str, _Place]] = {}
    for name, service in services.items():
        kind, brand = learned_class(service), brand_of(name)
        if kind is not None and brand in brands:
            windows = {use.channel.value: timedelta(days=use.attribution_days) for use in service.channels}
            places[name] = {
                one.value: _Place(
                    brand, kind, channel_index(one.value), windows.get(one.value, timedelta()), one is Channel.EMAIL
                )
                for one in Channel
            }
    return places


def _contexts(
    firsts: Sequence[Touchpoint],
    places: Sequence[_Place],
    days: Sequence[date],
    mirror: Mirror,
) -> Contexts:
    """Say whom reminders went to, each as it was known on its day; as ``reading.recipient`` says of one."""
    vehicles = (mirror.vehicles.get(one.vehicle_id) for one in firsts)
    own = (
        vehicle.first_registration if vehicle is not None and vehicle.customer_id == one.customer_id else None
        for one, vehicle in zip(firsts, vehicles, strict=True)
    )
    loyal = [is_loyal(mirror.visits.get(one.customer_id, ()), day) for one, day in zip(firsts, days, strict=True)]
    business = [mirror.customers[one.customer_id].is_business for one in firsts]
    kinds, channels = [place.learning_class for place in places], [place.channel for place in places]
    kind, channel, firm, known = (np.array(column, dtype=np.int64) for column in (kinds, channels, business, loyal))
    return Contexts(kind, channel, firm, age_groups(list(own), days), known)


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
