"""Answer why somebody gets a message or none: every occasion with its past messages, its reasons and what comes next.

Asked about a message or an occasion, a vehicle or a customer; a number that is both is answered as both. What is no
number is read as a plate, and as a name ("Frau Muster", "Muster, Erika"). The answer is that of a rehearsal, so it
knows today's data, whenever the last plan was made; what is not in sight yet is named with its day.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from operator import attrgetter

from guildpost_agent.app.dealership import consent_rules
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.app.preview_entries import Entry, waits
from guildpost_agent.app.rehearse_plan import Rehearsal, rehearse_plan
from guildpost_agent.app.taught import NOTHING_TAUGHT, Taught
from guildpost_agent.app.why_barred import Barred, barred_ways
from guildpost_agent.app.why_later import Later, later_dues
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.exclusions import Reason
from guildpost_agent.domain.normalise_vehicles import plate_key
from guildpost_agent.domain.placing import contact_of
from guildpost_agent.domain.planning import HORIZON_DAYS
from guildpost_agent.domain.records import Decision, Occasion, Outcome, Touchpoint
from guildpost_agent.domain.reminders import WITHIN_DAYS, wished_days
from guildpost_agent.domain.sequel import Next, Sequel, sequel_of
from guildpost_agent.domain.subjects import FirstFrost, no_frost
from guildpost_agent.domain.touchpoint_states import UNHEARD
from guildpost_shared.errors import Refused
from guildpost_shared.services.definition import ServiceDefinition

_ANSWERS = frozenset({"booked", "answered"})
_PRESSURE_DAYS = 365
_MOST_NAMED = 20
_FORMS_OF_ADDRESS = frozenset({"herr", "herrn", "frau", "mr", "mrs", "ms", "dr", "prof"})


class About(StrEnum):
    """What an id names."""

    MESSAGE = "message"
    OCCASION = "occasion"
    VEHICLE = "vehicle"
    CUSTOMER = "customer"


@dataclass(frozen=True)
class Story:
    """One occasion from its first message to what comes next.

    Attributes:
        past: its messages that are no longer planned, oldest first; the withdrawn ones too.
        entry: what is planned or why nothing is; the reasons of the last message where that was sent.
        barred: the ways that were closed to it, as the ledger has it now.
    """

    past: tuple[Touchpoint, ...]
    entry: Entry
    sequel: Sequel
    barred: tuple[Barred, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What an id names, its occasions by due date, and what else the household got in the year before.

    Attributes:
        later: of a vehicle or a customer's vehicles, what is not in sight yet.
        outside: how many occasions were left out because nobody asked about them (``narrow_answer``).
    """

    about: About
    identifier: str
    stories: tuple[Story, ...]
    others: tuple[Touchpoint, ...]
    plan: Rehearsal = field(repr=False)
    later: tuple[Later, ...] = ()
    outside: int = 0

    def vehicle_ids(self) -> set[str]:
        """Name the vehicles that the answer speaks of."""
        asked = {self.identifier} if self.about is About.VEHICLE else set[str]()
        told = {t.vehicle_id for t in self._told()}.union(*(story.entry.vehicle_ids for story in self.stories))
        return asked | told | {one.vehicle_id for one in self.later}

    def customer_ids(self) -> set[str]:
        """Name the customers that the answer speaks of."""
        asked = {self.identifier} if self.about is About.CUSTOMER else set[str]()
        return asked | {s.entry.occasion.customer_id for s in self.stories} | {t.customer_id for t in self._told()}

    def _told(self) -> list[Touchpoint]:
        return [*self.others, *(touchpoint for story in self.stories for touchpoint in story.past)]

    def outcomes_of(self, touchpoint_id: str) -> list[Outcome]:
        """List what came back to a message."""
        return [outcome for outcome in self.plan.outcomes if outcome.touchpoint_id == touchpoint_id]


def answer_why(
    open_uow: OpenUnitOfWork,
    services: Iterable[ServiceDefinition],
    config: AgentConfig,
    now: datetime,
    identifier: str,
    *,
    horizon_days: int = HORIZON_DAYS,
    afresh: bool = False,
    first_frost: FirstFrost = no_frost,
    taught: Taught = NOTHING_TAUGHT,
) -> list[Answer]:
    """Answer about everything that an id names.

    Args:
        open_uow: opens a transaction.
        services: what the catalogue offers.
        config: the dealer's settings.
        now: the business clock.
        identifier: of a message, an occasion, a vehicle or a customer; or a plate, or parts of a name.
        horizon_days: how far ahead windows may open.
        afresh: as if nothing were planned yet.
        first_frost: of a postcode and year.
        taught: what the brands' catalogues teach about lead times and slots.

    Raises:
        Refused: ``plan_subject_unknown``, or ``plan_subject_several`` where a name or plate is of several.
    """
    with open_uow() as uow:
        is_vehicle = uow.records.vehicle(identifier) is not None
        is_customer = uow.records.customer(identifier) is not None
        called = [] if is_vehicle or is_customer else _called(uow, identifier)
    plan = rehearse_plan(
        open_uow,
        services,
        config,
        now,
        horizon_days=horizon_days,
        afresh=afresh,
        first_frost=first_frost,
        taught=taught,
    )
    touchpoint = next((t for t in plan.touchpoints if t.touchpoint_id == identifier), None)
    carried = {touchpoint.occasion_id, *touchpoint.bundled} if touchpoint else set[str]()
    chosen = {
        About.MESSAGE: [o for o in plan.occasions.values() if o.occasion_id in carried] if touchpoint else None,
        About.OCCASION: [plan.occasions[identifier]] if identifier in plan.occasions else None,
        About.VEHICLE: [o for o in plan.occasions.values() if o.vehicle_id == identifier] if is_vehicle else None,
        About.CUSTOMER: [o for o in plan.occasions.values() if o.customer_id == identifier] if is_customer else None,
    }
    found = [_answer(plan, about, identifier, them) for about, them in chosen.items() if them is not None]
    if found:
        return _completed(open_uow, config, found)
    if len(called) > 1:
        numbers = ", ".join(number for _, number in called[:_MOST_NAMED])
        raise Refused("plan_subject_several", id=identifier, count=len(called), numbers=numbers)
    if not called:
        raise Refused("plan_subject_unknown", id=identifier)
    ((about, number),) = called
    field_of = attrgetter("vehicle_id" if about is About.VEHICLE else "customer_id")
    answer = _answer(plan, about, number, [o for o in plan.occasions.values() if field_of(o) == number])
    return _completed(open_uow, config, [answer])


def _completed(open_uow: OpenUnitOfWork, config: AgentConfig, answers: Iterable[Answer]) -> list[Answer]:
    """Add what is not in sight yet to answers about vehicles and customers, and to all of them the ways closed."""
    told, rules = list[Answer](), consent_rules(config)
    with open_uow() as uow:
        for answer in answers:
            vehicle_ids = [answer.identifier] if answer.about is About.VEHICLE else []
            if answer.about is About.CUSTOMER:
                vehicle_ids = [v.vehicle_id for v in uow.records.vehicles_of_customers([answer.identifier])]
            in_sight = [story.entry.occasion for story in answer.stories]
            later = later_dues(
                uow,
                vehicle_ids,
                in_sight,
                running=answer.plan.services,
                territories=config.territories,
                today=answer.plan.today,
            )
            plan, stories = answer.plan, list[Story]()
            for story in answer.stories:
                service = plan.services.get(story.entry.occasion.service_id)
                now = plan.now.astimezone(plan.zone)
                barred = barred_ways(uow, story.entry, service, now, rules) if service is not None else ()
                stories.append(replace(story, barred=barred))
            told.append(replace(answer, stories=tuple(stories), later=later))
    return told


def _called(uow: UnitOfWork, said: str) -> list[tuple[About, str]]:
    """Find whom or what a plate or parts of a name may mean."""
    plate = plate_key(said)
    vehicles = [v.vehicle_id for v in uow.records.vehicles() if plate and plate_key(v.plate) == plate]
    if vehicles:
        return [(About.VEHICLE, number) for number in sorted(vehicles)]
    name = " ".join(
        word for word in said.replace(",", " ").split() if word.rstrip(".").lower() not in _FORMS_OF_ADDRESS
    )
    return [(About.CUSTOMER, customer.customer_id) for customer in uow.rights.find(name=name)]


def _answer(plan: Rehearsal, about: About, identifier: str, occasions: Iterable[Occasion]) -> Answer:
    ordered = sorted(occasions, key=lambda one: (one.due_date, one.vehicle_id, one.occasion_id))
    stories = tuple(_story(plan, occasion) for occasion in ordered)
    told = {t.touchpoint_id for story in stories for t in (*story.past, story.entry.touchpoint) if t is not None}
    whose = {occasion.customer_id for occasion in ordered} | ({identifier} if about is About.CUSTOMER else set())
    homes = {plan.household.get(one, one) for one in whose}
    since = plan.now - timedelta(days=_PRESSURE_DAYS)
    others = (
        t
        for t in plan.touchpoints
        if plan.household.get(t.customer_id, t.customer_id) in homes and t.touchpoint_id not in told
        if t.state not in UNHEARD and t.planned_at >= since
    )
    return Answer(about, identifier, stories, tuple(others), plan)


def _story(plan: Rehearsal, occasion: Occasion) -> Story:
    mine = [t for t in plan.touchpoints if occasion.occasion_id in {t.occasion_id, *t.bundled}]
    heard = [t for t in mine if t.state not in UNHEARD]
    decision = plan.decisions.get(occasion.occasion_id)
    last = heard[-1] if heard else None
    day = occasion.due_date if last is None else contact_of(last, plan.zone).first
    past = tuple(t for t in mine if not waits(t))
    entry = Entry(day, occasion, decision, last)
    return Story(past, entry, _sequel(plan, occasion, decision, heard))


def _sequel(plan: Rehearsal, occasion: Occasion, decision: Decision | None, heard: Sequence[Touchpoint]) -> Sequel:
    service = plan.services.get(occasion.service_id)
    if service is None:
        return Sequel(Next.OVER)
    if decision is not None and decision.reason == Reason.HOLDOUT:
        return Sequel(Next.HELD_OUT)
    answered = {outcome.touchpoint_id for outcome in plan.outcomes if outcome.kind in _ANSWERS}
    said = {t.touchpoint_id for t in heard} & answered
    if said:
        wished = wished_days(plan.outcomes, plan.zone)
        day = max((wished[name] for name in said if name in wished), default=None)
        if said <= wished.keys() and day is not None and day > plan.today:
            return Sequel(Next.FOLLOW_UP, day, day + timedelta(days=WITHIN_DAYS))
        return Sequel(Next.ANSWERED)
    met = [contact_of(t, plan.zone).last for t in heard]
    return sequel_of(service, occasion.due_date, met, plan.today)
