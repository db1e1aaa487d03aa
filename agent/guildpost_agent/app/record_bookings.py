"""Attribute appointments and job cards to the messages that went before them, and stop what they make pointless.

A booking answers a message of the same person, vehicle and service when it was made within the channel's attribution
window after the message left (e-mail 21 days, post 42 by default): by phone, online or at the counter alike, not by
click. The rules are in ``domain.attribution``. What was noted stays noted, whatever is sent later, unless the
appointment is called off: then the message has no booking any more, and another one may answer it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.app.calls.settle import withdraw_booked
from guildpost_agent.app.dealership import zone_of
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.appointments import AppointmentBook, is_cancelled, open_appointment
from guildpost_agent.domain.attribution import Booking, Sent, attribute, bookings_of, reference_of
from guildpost_agent.domain.brands import signed_name
from guildpost_agent.domain.exclusions import Facts, Reason
from guildpost_agent.domain.records import Appointment, Decision, Outcome, Touchpoint
from guildpost_agent.domain.touchpoint_states import WAITING
from guildpost_agent.domain.working_days import to_utc
from guildpost_shared.services.definition import Channel, ServiceDefinition

NOON: Final = 12


@dataclass(frozen=True)
class BookingSummary:
    """How many messages were newly booked on, and how many planned touchpoints were cancelled."""

    booked: int
    cancelled: int


def record_bookings(
    open_uow: OpenUnitOfWork, services: Iterable[ServiceDefinition], config: AgentConfig, now: datetime
) -> BookingSummary:
    """Record bookings and cancel what is planned for occasions that have one.

    Args:
        open_uow: opens a transaction.
        services: what the catalogue offers; gives the attribution windows.
        config: the dealer's settings.
        now: the business clock.
    """
    running = config.services.enabled  # with the catalogue's channels: one switched off here still has messages out
    by_id = {service.service_id: service for service in services if service.service_id in running}
    zone = zone_of(config)
    with open_uow() as uow:
        touchpoints = [t for t in uow.plans.touchpoints() if t.service_id in by_id]
        appointments = uow.records.appointments()
        person_of = _persons(uow)
        sent = _sent(uow, touchpoints, by_id, person_of)
        first = min((message.left.astimezone(zone).date() for message in sent), default=None)
        jobs = uow.records.jobs(since=first) if first else []
        settled = _settled(uow, appointments, now)
        bookings = bookings_of(appointments, jobs, by_id.values(), zone, person_of)
        pairs = attribute(sent, bookings, zone, settled)
        booked = uow.outcomes.add([_outcome(sent, booking, zone) for sent, booking in pairs])
        book = AppointmentBook(appointments)
        withdraw_booked(uow, book, now)
        decisions = _booked(touchpoints, book, now)
        cancelled = uow.plans.cancel_planned(occasion_ids=[decision.occasion_id for decision in decisions])
        uow.plans.record_decisions(decisions)
        uow.commit()
    return BookingSummary(booked, cancelled)


def _persons(uow: UnitOfWork) -> Callable[[str], str]:
    """Give the person behind a customer number; one whose people were never sorted out is a person of its own."""
    known = {member.customer_id: member.person_id for member in uow.people.all()}
    return lambda customer_id: known.get(customer_id, customer_id)


def _sent(
    uow: UnitOfWork,
    touchpoints: Iterable[Touchpoint],
    services: Mapping[str, ServiceDefinition],
    person_of: Callable[[str], str],
) -> list[Sent]:
    """List the messages that left, with their windows and what they were about."""
    left = {o.touchpoint_id: o.at for o in uow.outcomes.all() if o.kind == "delivered"}
    messages = [t for t in touchpoints if t.touchpoint_id in left]
    occasions = uow.plans.occasions() if any(t.bundled for t in messages) else []
    about_of = {o.occasion_id: (o.vehicle_id, o.service_id) for o in occasions}
    found = []
    for t in messages:
        about = {about_of[one] for one in t.bundled if one in about_of} | {(t.vehicle_id, t.service_id)}
        person = person_of(t.customer_id)
        subjects = frozenset((person, vehicle_id, signed_name(service_id)) for vehicle_id, service_id in about)
        days = services[t.service_id].attribution_days(Channel(t.channel.value))
        found.append(Sent(t, left[t.touchpoint_id], days, subjects))
    return found


def _settled(uow: UnitOfWork, appointments: Iterable[Appointment], now: datetime) -> dict[str, str]:
    """Give the records of the bookings noted before; what was called off ahead of its time is noted no more.

    An appointment whose day is over stands: a source that lists only what is to come has dropped it.
    """
    called_off = {reference_of(a) for a in appointments if is_cancelled(a) and a.starts_at > now}
    booked = [outcome for outcome in uow.outcomes.all() if outcome.kind == "booked"]
    uow.outcomes.take_back(outcome.outcome_id for outcome in booked if outcome.detail in called_off)
    return {outcome.touchpoint_id: outcome.detail for outcome in booked if outcome.detail not in called_off}


def _outcome(sent: Sent, booking: Booking, zone: ZoneInfo) -> Outcome:
    """Note a booking; it is known by day only, so it counts from noon or from the message, whichever is later."""
    noon = to_utc(booking.made_on, NOON, zone)
    touchpoint_id = sent.touchpoint.touchpoint_id
    return Outcome(f"booked:{touchpoint_id}", touchpoint_id, "booked", max(noon, sent.left), booking.reference)


def _booked(touchpoints: Iterable[Touchpoint], book: AppointmentBook, now: datetime) -> list[Decision]:
    """Refuse what is planned though an appointment for it lies ahead."""
    decisions = []
    for touchpoint in touchpoints:
        if touchpoint.state not in WAITING:
            continue
        concerning = book.concerning(touchpoint.vehicle_id, touchpoint.customer_id)
        appointment = open_appointment(concerning, touchpoint.service_id, now)
        if appointment is not None:
            facts: Facts = {"starts_at": appointment.starts_at.isoformat()}
            reason = Reason.ALREADY_BOOKED.value
            decisions.append(Decision(touchpoint.occasion_id, now, kept=False, reason=reason, facts=facts))
    return decisions
