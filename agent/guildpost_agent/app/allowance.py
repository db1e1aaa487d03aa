"""What a dealer can still spend and serve, from settings, appointments and what is planned already."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from guildpost_agent.app.dealership import zone_of
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.allowance import WORKING_DAYS, Allowance, week_of
from guildpost_agent.domain.appointments import is_cancelled
from guildpost_agent.domain.placing import contact_of
from guildpost_agent.domain.records import Channel
from guildpost_agent.domain.service_work import asks_for_a_visit
from guildpost_agent.domain.touchpoint_states import CONTACTS
from guildpost_shared.services.definition import ServiceDefinition

_WEEK: Final = 7


def allowance_of(
    uow: UnitOfWork, config: AgentConfig, now: datetime, services: Mapping[str, ServiceDefinition]
) -> Allowance:
    """Work out what is left from now on.

    Args:
        uow: an open transaction.
        config: budget, cost of a letter, places and rhythm; a limit of 0 means that none is set.
        now: the business clock.
        services: those that the dealer runs, by id; they say whether a message asks for a visit.
    """
    figures, zone, every = config.figures, zone_of(config), config.letters.release_every_days
    own = {name: one.weekly_budget_cents for name, one in config.services.settings.items()}
    today = now.astimezone(zone).date()
    booked: Counter[date] = Counter()
    for appointment in uow.records.appointments():
        if appointment.starts_at >= now and not is_cancelled(appointment):
            booked[week_of(appointment.starts_at.astimezone(zone).date())] += 1
    allowance = Allowance(
        budget_cents=figures.weekly_budget_cents * every // _WEEK if figures.weekly_budget_cents else None,
        service_cents={name: weekly * every // _WEEK for name, weekly in own.items() if weekly is not None},
        letter_cents=figures.letter_cents,
        places_per_week=figures.workshop_places_per_day * WORKING_DAYS or None,
        booked=booked,
    )
    for touchpoint in uow.plans.touchpoints():
        contact = contact_of(touchpoint, zone)
        if touchpoint.state in CONTACTS and contact.last >= today:
            service = services.get(touchpoint.service_id)
            serves = service is None or asks_for_a_visit(service)
            allowance.take(
                Channel(touchpoint.channel), contact.first, contact.last, touchpoint.service_id, serves=serves
            )
    return allowance
