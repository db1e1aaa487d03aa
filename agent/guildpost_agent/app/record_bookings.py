"""Attribute appointments and job cards to the messages that went before them, and stop what they make pointless.

A booking answers a message of the same customer, vehicle and service when it was made within the channel's attribution
window after the message left (e-mail 21 days, post 42 by default): by phone, online or at the counter alike, not by
click. Each message is booked at most once, each appointment answers one message only: the last one before it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.app.calls.settle import withdraw_booked
from guildpost_agent.app.dealership import zone_of
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.appointments import AppointmentBook, open_appointment
from guildpost_agent.domain.attribution import Booking, Sent, attribute, bookings_of
from guildpost_agent.domain.exclusions import Facts, Reason
from guildpost_agent.domain.records import Decision, Outcome, Touchpoint
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
        sent = _sent(uow, touchpoints, by_id)
        first = min((message.left.astimezone(zone).date() for message in sent), default=None)
        answers = uow.records.jobs(since=first) if first else []
        pairs = attribute(sent, bookings_of(appointments, answers, by_id.values()), zone)
        booked = uow.outcomes.add([_outcome(sent, booking, zone) for sent, booking in pairs])
        book = AppointmentBook(appointments)
        withdraw_booked(uow, book, now)
        decisions = _booked(touchpoints, book, now)
        cancelled = uow.plans.cancel_planned(occasion_ids=[decision.occasion_id for decision in decisions])
        uow.plans.record_decisions(decisions)
        uow.commit()
    return BookingSummary(booked, cancelled)


def _sent(uow: UnitOfWork, touchpoints: Iterable[Touchpoint], services: Mapping[str, ServiceDefinition]) -> list[Sent]:
    """List the messages that left, with their windows."""
    left = {o.touchpoint_id: o.at for o in uow.outcomes.all() if o.kind == "delivered"}
    return [
        Sent(t, left[t.touchpoint_id], services[t.service_id].attribution_days(Channel(t.channel.value)))
        for t in touchpoints
        if t.touchpoint_id in left
    ]


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
