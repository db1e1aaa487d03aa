"""What a dealer can still spend and serve, from settings, appointments and what is planned already."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from guildpost_agent.app.contacts import called_at_home, calls_made
from guildpost_agent.app.dealership import zone_of
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.allowance import Allowance
from guildpost_agent.domain.appointments import is_cancelled
from guildpost_agent.domain.placing import contact_of
from guildpost_agent.domain.records import Channel
from guildpost_agent.domain.service_work import asks_for_a_visit
from guildpost_agent.domain.workshop import GENERAL, Coming, Demand, Workshop
from guildpost_agent.domain.workshop_days import Places
from guildpost_agent.workshop_settings import response_percent
from guildpost_shared.services.definition import ServiceDefinition

_WEEK: Final = 7
# A letter is met no later than this after its release (four working days, Christmas and Easter included).
_LONGEST_WAY_DAYS: Final = 14


def allowance_of(
    uow: UnitOfWork,
    config: AgentConfig,
    now: datetime,
    services: Mapping[str, ServiceDefinition],
    *,
    answered: Collection[str] = (),
    households: Mapping[str, str] | None = None,
    scope: Collection[str] | None = None,
) -> Allowance:
    """Work out what is left from now on.

    Args:
        uow: an open transaction.
        config: budget, cost of a letter, places and rhythm; a limit of 0 means that none is set.
        now: the business clock.
        services: those that the dealer runs, by id; they say whether a message asks for a visit, and of which skill.
        answered: touchpoints that somebody booked on or answered: what they bring is known.
        households: by customer; who was called is not written to soon, nor is anybody who lives there.
        scope: who is planned for, whole households; None for everybody.
    """
    figures, zone, every = config.figures, zone_of(config), config.letters.release_every_days
    own = {name: one.weekly_budget_cents for name, one in config.services.settings.items()}
    allowance = Allowance(
        budget_cents=figures.weekly_budget_cents * every // _WEEK if figures.weekly_budget_cents else None,
        service_cents={name: weekly * every // _WEEK for name, weekly in own.items() if weekly is not None},
        letter_cents=figures.letter_cents,
        workshop=workshop_of(uow, config, now, services),
        called=called_at_home(calls_made(uow, now, zone, scope), households or {}),
    )
    if allowance.workshop is None and allowance.budget_cents is None and not allowance.service_cents:
        return allowance  # nothing is limited, so nothing is counted
    coming = config.workshop
    before = coming.visits_after_days + coming.visits_over_days + _LONGEST_WAY_DAYS
    contacts = [t for t in uow.plans.contacts_since(now - timedelta(days=before)) if t.touchpoint_id not in answered]
    carried = uow.plans.services_of({one for t in contacts for one in t.bundled})
    for touchpoint in contacts:
        contact = contact_of(touchpoint, zone)
        channel, name = Channel(touchpoint.channel), touchpoint.touchpoint_id
        allowance.take(name, touchpoint.service_id, channel, contact.first, contact.last)
        for one in touchpoint.bundled:
            allowance.carry(name, carried.get(one, ""), channel, contact.last)
    return allowance


def workshop_of(
    uow: UnitOfWork, config: AgentConfig, now: datetime, services: Mapping[str, ServiceDefinition]
) -> Workshop | None:
    """Give the workshop's places with what is booked; None where nothing limits them."""
    settings, zone = config.workshop, zone_of(config)
    places = {name: Places(one.places_per_day, frozenset(one.weekdays)) for name, one in settings.skills.items()}
    if config.figures.workshop_places_per_day:
        places[GENERAL] = Places(config.figures.workshop_places_per_day)
    if not places:
        return None
    today = now.astimezone(zone).date()
    workshop = Workshop(
        places,
        {name: _demand(service, config) for name, service in services.items()} | {"": _demand(None, config)},
        frozenset({config.dealer.state}),
        today,
        Coming(settings.visits_after_days, settings.visits_over_days),
        frozenset(settings.closed_days),
    )
    visits: defaultdict[tuple[datetime, str, str], set[str]] = defaultdict(set)
    for one in uow.records.appointments_since(now):
        if not is_cancelled(one):
            visits[one.starts_at, one.customer_id, one.vehicle_id].update(one.services)
    for (starts_at, _, _), wanted in sorted(visits.items()):
        workshop.book(starts_at.astimezone(zone).date(), wanted)
    return workshop


def _demand(service: ServiceDefinition | None, config: AgentConfig) -> Demand:
    own = None if service is None else config.services.settings.get(service.service_id)
    percent = response_percent(config.workshop, own.response_percent if own else {})
    skill = GENERAL if service is None else service.skill if asks_for_a_visit(service) else ""
    return Demand(skill, {channel.value: figure for channel, figure in percent.items()})
