"""What is learned of lead times and slots, for one plan: the brands' models and what one's own records say to them.

    1  reminders that left, of the services of a model's brand, in a learning class, no follow-ups
    2  answers: those whose attribution window is over and covered by the last delivery of the management system
    3  clicks: e-mails that left a week ago or longer
    4  the belief about one's own deviations under the model in force

Nothing of it is stored, and nothing leaves: the next plan reads the records anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.app.dealership import Dealership, zone_of
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.app.recipients import recipients_of
from guildpost_agent.app.taught import Taught
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.brands import brand_of
from guildpost_agent.domain.learning.experiment import Learning
from guildpost_agent.domain.learning.own import Seen, own_belief
from guildpost_agent.domain.learning.reading import Recipient, Sent, learned_class, recipient, sent_of
from guildpost_agent.domain.learning.times import Times
from guildpost_agent.domain.records import Channel, Outcome, Touchpoint
from guildpost_agent.domain.timing import FOLLOW_UP_ARM, LAST_HOUR
from guildpost_shared.services.definition import Channel as Via
from guildpost_shared.services.definition import ServiceDefinition

LOOK_BACK: Final = timedelta(days=730)
"""What is older counts less than a third anyway."""
CLICK_DAYS: Final = 7


@dataclass(frozen=True)
class _Left:
    """A reminder that left: of which learning class, when (the dealer's local time), and what came of it."""

    touchpoint: Touchpoint
    learning_class: int
    at: datetime
    booked: date | None
    clicked: bool


def learn_times(
    uow: UnitOfWork,
    taught: Taught,
    house: Dealership,
    services: Mapping[str, ServiceDefinition],
    config: AgentConfig,
    *,
    outcomes: Sequence[Outcome],
    now: datetime,
    key: bytes,
) -> Learning:
    """Work out what is learned.

    Args:
        uow: an open transaction.
        taught: what the brands' catalogues teach.
        house: whom is planned for.
        services: what the dealer runs, by id.
        config: the dealer's settings.
        outcomes: everything that came back.
        now: the business clock.
        key: behind every draw.
    """
    today = now.astimezone(zone_of(config)).date()
    off = config.services.without_learned_times
    if not taught.models:
        return Learning(studied=taught.studied, off=off)
    seen = _seen(uow, taught.models, services, outcomes, now, zone_of(config))
    times = {
        brand: Times(key, model, own_belief(model, seen[brand], today), LAST_HOUR)
        for brand, model in taught.models.items()
    }
    return Learning(times, taught.studied, off, _Whom(house, today))


@dataclass(frozen=True)
class _Whom:
    """Says whom a message of this plan goes to, as far as a context asks."""

    house: Dealership
    today: date

    def __call__(self, customer_id: str, vehicle_id: str) -> Recipient:
        house = self.house
        kept = house.subjects.by_customer.get(customer_id, ())
        visits = (day for one in kept if (day := house.history(one.vehicle_id).last_visit) is not None)
        return recipient(house.customers[customer_id], house.vehicles.get(vehicle_id), visits, self.today)


def _seen(  # noqa: PLR0917 — everything that says whether an outcome is final
    uow: UnitOfWork,
    brands: Iterable[str],
    services: Mapping[str, ServiceDefinition],
    outcomes: Sequence[Outcome],
    now: datetime,
    zone: ZoneInfo,
) -> dict[str, Seen]:
    """Sort what is final by brand."""
    found: dict[str, tuple[list[tuple[date, Sent]], list[tuple[date, Sent]]]] = {brand: ([], []) for brand in brands}
    left = _left(uow, services, outcomes, now, zone)
    since = min((one.at.date() for one in left), default=date.max)
    who = recipients_of(uow, [one.touchpoint for one in left], since)
    latest, today = uow.imports.latest(), now.astimezone(zone).date()
    known_until = date.min if latest is None else min(today, latest.at.astimezone(zone).date())
    for one in left:
        brand, day = brand_of(one.touchpoint.service_id), one.at.date()
        person = who(one.touchpoint, day) if brand in found else None
        if person is None:
            continue
        service = services[one.touchpoint.service_id]
        last = day + timedelta(days=service.attribution_days(Via(one.touchpoint.channel.value)))
        answers, clicks = found[brand]
        if last < known_until:
            answered = one.booked is not None and one.booked <= last
            answers.append((day, sent_of(one.touchpoint, one.learning_class, person, one.at, answered=answered)))
        if one.touchpoint.channel is Channel.EMAIL and day + timedelta(days=CLICK_DAYS) < today:
            clicks.append((day, sent_of(one.touchpoint, one.learning_class, person, one.at, answered=one.clicked)))
    return {brand: Seen(answers, clicks) for brand, (answers, clicks) in found.items()}


def _left(
    uow: UnitOfWork,
    services: Mapping[str, ServiceDefinition],
    outcomes: Sequence[Outcome],
    now: datetime,
    zone: ZoneInfo,
) -> list[_Left]:
    """List the first messages of their cycles that left; a booking on a later one of the sequence is theirs, too."""
    classes = {name: found for name, one in services.items() if (found := learned_class(one)) is not None}
    delivered: dict[str, datetime] = {}
    booked: dict[str, datetime] = {}
    clicked: set[str] = set()
    for outcome in outcomes:
        name = outcome.touchpoint_id
        if outcome.kind == "delivered":
            delivered[name] = min(outcome.at, delivered.get(name, outcome.at))
        elif outcome.kind == "booked":
            booked[name] = min(outcome.at, booked.get(name, outcome.at))
        elif outcome.kind == "clicked":
            clicked.add(name)
    if not delivered:
        return []
    touchpoints = [t for t in uow.plans.contacts_since(now - LOOK_BACK) if t.service_id in classes]
    answered: dict[str, datetime] = {}
    for t in touchpoints:
        if t.touchpoint_id in booked:
            at = booked[t.touchpoint_id]
            answered[t.occasion_id] = min(at, answered.get(t.occasion_id, at))
    return [
        _Left(
            t,
            classes[t.service_id],
            delivered[t.touchpoint_id].astimezone(zone),
            answered[t.occasion_id].astimezone(zone).date() if t.occasion_id in answered else None,
            t.touchpoint_id in clicked,
        )
        for t in touchpoints
        if t.touchpoint_id in delivered and t.arm != FOLLOW_UP_ARM
    ]
