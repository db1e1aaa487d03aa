"""The dealer's offers that fit, in a message: only where advertising them is lawful, and only with the dealer's prices.

A consent for reminders is none for offers: offers have a purpose of their own in the ledger, whether they stand in a
reminder or in the confirmation of an appointment. The message is composed a moment before it is claimed, so the last
check refuses it when the ground for offers was lost within that moment (``ground_just_lost``).
"""

from datetime import datetime, timedelta
from typing import Final

from guildpost_agent.app.dealership import SUPPRESSION_KEY
from guildpost_agent.app.next_best_offers import OfferDesk, offers_for_vehicle
from guildpost_agent.app.ports.reading import Reading
from guildpost_agent.domain.consent.decide import DEFAULTS, Rules
from guildpost_agent.domain.consent.terms import OPENING, Purpose
from guildpost_agent.domain.legal_basis import basis
from guildpost_agent.domain.offers.offer import Place
from guildpost_agent.domain.records import Channel, Customer
from guildpost_agent.domain.suppression import suppression_entries
from guildpost_shared.errors import Language, Refused

COMPOSED_BEFORE: Final = timedelta(hours=1)
"""Longer than any message waits between being composed and being claimed."""


def offer_lines(
    desk: OfferDesk, vehicle_id: str, now: datetime, *, place: Place, most: int, language: Language
) -> tuple[str, ...]:
    """Name the best offers for a vehicle, a line each: label, sentence, and the dealer's price where there is one."""
    try:
        ranked = offers_for_vehicle(desk, vehicle_id, now, place=place, most=most)
    except Refused:
        return ()  # the vehicle is gone, or its keeper set aside: nothing to offer
    lines = ((one.offer.label[language], one.offer.pitch[language], one.offer.price) for one in ranked)
    return tuple(f"{label}: {pitch}{f' ({price})' if price else ''}" for label, pitch, price in lines)


def offers_ground(
    uow: Reading, customer: Customer, channel: Channel, now: datetime, rules: Rules = DEFAULTS
) -> str | None:
    """Name the ground on which offers may be advertised to a customer, over all records of the person; None for none.

    Args:
        uow: an open transaction.
        customer: as the database has it.
        channel: by which way.
        now: an aware instant in the dealer's time zone.
        rules: the dealer's settings of the consent ledger.
    """
    if uow.rights.is_restricted(customer.customer_id) or uow.holds.of(customer.customer_id, now.date()):
        return None
    records = {*uow.people.records_of(customer.customer_id), customer.customer_id}
    key = uow.documents.get(SUPPRESSION_KEY)

    def suppressed(one: Customer, by: str) -> bool:
        entries = suppression_entries(key, one, by) if key else ()
        return any(uow.suppressions.contains(entry, by) for entry in entries)

    state = uow.consents.state_of(*sorted(records))
    return basis(customer, channel, state, suppressed, now, purpose=Purpose.OFFERS, rules=rules)


def ground_just_lost(
    uow: Reading, customer: Customer, channel: Channel, now: datetime, rules: Rules = DEFAULTS
) -> bool:
    """Say whether a message composed just now may show offers that are not lawful any more.

    Args:
        uow: the claiming transaction.
        customer: as the database has it.
        channel: by which way.
        now: an aware instant in the dealer's time zone.
        rules: the dealer's settings of the consent ledger.
    """
    records = {*uow.people.records_of(customer.customer_id), customer.customer_id}
    events = uow.consents.events_of(*sorted(records))
    if not any(event.kind not in OPENING and event.at > now - COMPOSED_BEFORE for event in events):
        return False
    return offers_ground(uow, customer, channel, now, rules) is None
