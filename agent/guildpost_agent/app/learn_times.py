"""What is learned of lead times and slots, for one plan: the brands' models and what one's own records say to them.

    1  reminders that left, of the services of a model's brand, in a learning class, no follow-ups
    2  answers: those whose attribution window is over and covered by the last delivery of the management system
    3  clicks: e-mails that left a week ago or longer
    4  the belief about one's own deviations under the model in force

Nothing of it is stored, and nothing leaves: the next plan reads the records anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.app.dealership import Dealership, zone_of
from guildpost_agent.app.ports.reminders import LeftReminder
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.app.taught import Taught
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.brands import brand_of
from guildpost_agent.domain.learning.experiment import Learning
from guildpost_agent.domain.learning.own import Seen, own_belief
from guildpost_agent.domain.learning.reading import (
    LOYAL_MONTHS,
    Addressed,
    Recipient,
    age_group,
    channel_index,
    is_loyal,
    learned_class,
    recipient,
    sent_at,
)
from guildpost_agent.domain.learning.times import Times
from guildpost_agent.domain.months import add_months
from guildpost_agent.domain.records import Channel, Outcome
from guildpost_agent.domain.timing import FOLLOW_UP_ARM, LAST_HOUR
from guildpost_shared.services.definition import ServiceDefinition

LOOK_BACK: Final = timedelta(days=730)
"""What is older counts less than a third anyway."""
_CLICKED_WITHIN: Final = timedelta(days=7)
_VISITS_MONTHS: Final = 24 + LOYAL_MONTHS
_KINDS: Final = ("delivered", "booked", "clicked")


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
    outcomes: Iterable[Outcome],
    now: datetime,
    zone: ZoneInfo,
) -> dict[str, Seen]:
    """Sort what is final by brand; a booking on a later message of a sequence is the first one's, too."""
    delivered, booked, clicked = _first_of_each(outcomes)
    found: dict[str, Seen] = {brand: Seen() for brand in brands}
    if not delivered:
        return found
    classes = {name: known for name, one in services.items() if (known := learned_class(one)) is not None}
    left = uow.reminders.left([name for name in classes if brand_of(name) in found], now - LOOK_BACK)
    answered = _answered(left, booked)
    latest, today = uow.imports.latest(), now.astimezone(zone).date()
    known_until = date.min if latest is None else min(today, latest.at.astimezone(zone).date())
    firsts = [one for one in left if one.arm != FOLLOW_UP_ARM and one.touchpoint_id in delivered]
    visits = uow.reminders.visit_days({one.customer_id for one in firsts}, add_months(today, -_VISITS_MONTHS))
    windows = {(name, use.channel.value): use.attribution_days for name in classes for use in services[name].channels}
    for one in firsts:
        at = delivered[one.touchpoint_id].astimezone(zone)
        day, brand = at.date(), found[brand_of(one.service_id)]
        who = _recipient(one, day, visits)
        addressed = Addressed(classes[one.service_id], channel_index(one.channel), who)
        sent = sent_at(addressed, at, one.due_date, one.lead_days, answered=False)
        last = day + timedelta(days=windows.get((one.service_id, one.channel), 0))
        if last < known_until:
            said = answered.get(one.occasion_id)
            booked_in_time = said is not None and said.astimezone(zone).date() <= last
            brand.answers.append((day, replace(sent, answered=True) if booked_in_time else sent))
        if one.channel == Channel.EMAIL and day + _CLICKED_WITHIN < today:
            clicked_on = one.touchpoint_id in clicked
            brand.clicks.append((day, replace(sent, answered=True) if clicked_on else sent))
    return found


def _first_of_each(outcomes: Iterable[Outcome]) -> tuple[dict[str, datetime], ...]:
    """Give by touchpoint the first instant at which it was delivered, booked on, and clicked on."""
    came: dict[str, dict[str, datetime]] = {kind: {} for kind in _KINDS}
    for outcome in outcomes:
        if outcome.kind in came:
            first = came[outcome.kind]
            first[outcome.touchpoint_id] = min(outcome.at, first.get(outcome.touchpoint_id, outcome.at))
    return tuple(came.values())


def _answered(left: Iterable[LeftReminder], booked: Mapping[str, datetime]) -> dict[str, datetime]:
    """Give by occasion the first booking on any of its messages."""
    answered: dict[str, datetime] = {}
    for one in left:
        if one.touchpoint_id in booked:
            at = booked[one.touchpoint_id]
            answered[one.occasion_id] = min(at, answered.get(one.occasion_id, at))
    return answered


def _recipient(one: LeftReminder, day: date, visits: Mapping[str, Sequence[date]]) -> Recipient:
    """Say whom a reminder went to, as it was known on the local day of sending."""
    loyal = is_loyal(visits.get(one.customer_id, ()), day)
    return Recipient(int(one.is_business), age_group(one.first_registration, day), int(loyal))
