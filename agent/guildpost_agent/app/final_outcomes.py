"""Which outcomes of the dealership's reminders are final, by brand.

1  reminders that left, of the services of some brands, in a learning class, no follow-ups
2  answers: those whose attribution window is over and covered by the last delivery of the management system; a
   booking on a later message of a sequence is the first one's, too
3  clicks: e-mails that left a week ago or longer
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.domain.brands import brand_of
from guildpost_agent.domain.columns import EPOCH, day_column, day_number
from guildpost_agent.domain.learning.many import age_groups, sent_many
from guildpost_agent.domain.learning.own import Dated, Seen
from guildpost_agent.domain.learning.reading import LOYAL_MONTHS, channel_index, is_loyal, learned_class
from guildpost_agent.domain.months import add_months
from guildpost_agent.domain.records import Channel, Customer, Outcome, Touchpoint, Vehicle
from guildpost_agent.domain.timing import FOLLOW_UP_ARM
from guildpost_agent.domain.touchpoint_states import CONTACTS, WAITING
from guildpost_shared.learning.contexts import Contexts, Flags, Ints, Reminders
from guildpost_shared.services.definition import ServiceDefinition

LOOK_BACK: Final = timedelta(days=730)
"""What is older counts less than a third anyway."""
_CLICKED_WITHIN: Final = timedelta(days=7)
_VISITS_MONTHS: Final = 24 + LOYAL_MONTHS
_NOT_SAID: Final = day_number(date.max)
_KINDS: Final = ("booked", "clicked")
_GONE_OUT: Final = CONTACTS - WAITING


@dataclass(frozen=True)
class Mirror:
    """All customers and vehicles by their numbers, and by customer the days of orders since ``first_visit``."""

    customers: Mapping[str, Customer]
    vehicles: Mapping[str, Vehicle]
    visits: Mapping[str, Sequence[date]]


@dataclass(frozen=True)
class Past:
    """Everything that was or will be sent.

    Attributes:
        delivered: by touchpoint, when it first was.
        outcomes: what came back, oldest first; of it bookings and clicks are looked at.
    """

    touchpoints: Sequence[Touchpoint]
    delivered: Mapping[str, datetime]
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
    delivered, (booked, clicked) = past.delivered, _first_of_each(past.outcomes)
    if not delivered:
        return {brand: Seen() for brand in brands}
    places, known = _places(services, brands)
    since, customers = now - LOOK_BACK, mirror.customers
    left = [t for t in past.touchpoints if t.planned_at >= since and t.state in _GONE_OUT and t.service_id in known]
    answered = _answered(left, booked)
    latest, today = uow.imports.latest(), now.astimezone(zone).date()
    known_until = date.min if latest is None else min(today, latest.at.astimezone(zone).date())
    clicked_until = today - _CLICKED_WITHIN
    firsts = [t for t in left if t.arm != FOLLOW_UP_ARM and t.touchpoint_id in delivered and t.customer_id in customers]
    at = [delivered[one.touchpoint_id].astimezone(zone) for one in firsts]
    days = [one.date() for one in at]
    which = np.array([known[one.service_id][one.channel.value] for one in firsts], dtype=np.int64)
    who = _contexts(firsts, which, places, days, mirror)
    due, planned = [one.due_date for one in firsts], np.array([one.lead_days for one in firsts], dtype=np.int64)
    day = day_column(days)
    silent = Dated(sent_many(who, at, due, planned), day + EPOCH)
    told = {occasion_id: day_number(said.astimezone(zone).date()) for occasion_id, said in answered.items()}
    last = day + np.array([place.window_days for place in places], dtype=np.int64)[which]
    came = np.array([told.get(one.occasion_id, _NOT_SAID) for one in firsts], dtype=np.int64) <= last
    opened = np.array([one.touchpoint_id in clicked for one in firsts], dtype=np.bool_)
    final = last < day_number(known_until)
    timely = _each(places, attrgetter("clicked"))[which] & (day < day_number(clicked_until))

    def seen(brand: str) -> Seen:
        mine = _each(places, lambda place: place.brand == brand)[which]
        return Seen(_those(silent, mine & final, came), _those(silent, mine & timely, opened))

    return {brand: seen(brand) for brand in brands}


def first_visit(today: date) -> date:
    """Give the first day of orders that may still say something of a reminder that is looked back at."""
    return add_months(today, -_VISITS_MONTHS)


def _those(silent: Dated, which: Flags, answered: Flags) -> Dated:
    """Pick some reminders, with what came of them."""
    sent = silent.reminders
    told = Reminders(sent.contexts, sent.slot, sent.lead, answered.astype(np.int64))
    return Dated(told, silent.day).take(np.flatnonzero(which))


class _Place(NamedTuple):
    """What all reminders of a service on a channel share; ``clicked``: whether clicks tell something of them."""

    brand: str
    learning_class: int
    channel: int
    window_days: int
    clicked: bool


def _places(
    services: Mapping[str, ServiceDefinition], brands: Collection[str]
) -> tuple[list[_Place], dict[str, dict[str, int]]]:
    """List where outcomes belong, and number it by service and channel; a channel no longer used has no window."""
    places: list[_Place] = []
    numbers: dict[str, dict[str, int]] = {}
    for name, service in services.items():
        kind, brand = learned_class(service), brand_of(name)
        if kind is not None and brand in brands:
            windows = {use.channel.value: use.attribution_days for use in service.channels}
            numbers[name] = {one.value: at for at, one in enumerate(Channel, len(places))}
            places += [
                _Place(brand, kind, channel_index(one.value), windows.get(one.value, 0), one is Channel.EMAIL)
                for one in Channel
            ]
    return places, numbers


def _each(places: Sequence[_Place], ask: Callable[[_Place], bool]) -> Flags:
    return np.array([ask(place) for place in places], dtype=np.bool_)


def _contexts(
    firsts: Sequence[Touchpoint], which: Ints, places: Sequence[_Place], days: Sequence[date], mirror: Mirror
) -> Contexts:
    """Say whom reminders went to, each as it was known on its day; as ``reading.recipient`` says of one."""
    customers, vehicles, visits = mirror.customers, mirror.vehicles, mirror.visits
    own = [
        None if vehicle is None or vehicle.customer_id != one.customer_id else vehicle.first_registration
        for one in firsts
        for vehicle in (vehicles.get(one.vehicle_id),)
    ]
    came = [visits.get(one.customer_id) for one in firsts]
    loyal = [bool(mine) and is_loyal(mine or (), day) for mine, day in zip(came, days, strict=True)]
    business = [customers[one.customer_id].is_business for one in firsts]
    kinds, channels = [place.learning_class for place in places], [place.channel for place in places]
    kind, channel, firm, known = (np.array(column, dtype=np.int64) for column in (kinds, channels, business, loyal))
    return Contexts(kind[which], channel[which], firm, age_groups(own, days), known)


def _first_of_each(outcomes: Iterable[Outcome]) -> tuple[dict[str, datetime], ...]:
    """Give by touchpoint the first instant at which it was booked on, and clicked on."""
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
