"""The last check before a message leaves, on the data as they are in the claiming transaction."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from guildpost_agent.app.confirm_appointments import confirms
from guildpost_agent.app.contacts import calls_made
from guildpost_agent.app.dealership import SUPPRESSION_KEY
from guildpost_agent.app.fitting_offers import ground_just_lost
from guildpost_agent.app.ports.reading import Reading
from guildpost_agent.domain.cadence import Contact
from guildpost_agent.domain.consent.decide import DEFAULTS, Rules
from guildpost_agent.domain.consent.preferences import Preferences
from guildpost_agent.domain.exclusions import Reason, held, recheck
from guildpost_agent.domain.legal_basis import basis
from guildpost_agent.domain.placing import contact_of
from guildpost_agent.domain.records import Channel, Customer, Touchpoint
from guildpost_agent.domain.service_work import consent_purpose, counts_from, is_notice
from guildpost_agent.domain.suppression import suppression_entries
from guildpost_agent.domain.touchpoint_states import CONTACTS, WAITING
from guildpost_agent.domain.working_days import LETTER_WORKING_DAYS, add_working_days
from guildpost_shared.services.definition import CapClass, ServiceDefinition


def recheck_touchpoint(
    uow: Reading,
    touchpoint: Touchpoint,
    *,
    service: ServiceDefinition,
    state: str,
    now: datetime,
    zone: ZoneInfo,
    rules: Rules = DEFAULTS,
) -> str | None:
    """Say why a touchpoint must not go out any more; None if it may.

    Args:
        uow: the claiming transaction.
        touchpoint: what is about to go out.
        service: what it is about.
        state: the dealer's federal state.
        now: the business clock.
        zone: the dealer's time zone.
        rules: the dealer's settings of the consent ledger.
    """
    purpose, local = consent_purpose(service), now.astimezone(zone)
    if uow.rights.is_restricted(touchpoint.customer_id) and not is_notice(service):
        return Reason.RESTRICTED
    customer = uow.records.customer(touchpoint.customer_id)
    siblings = uow.people.records_of(touchpoint.customer_id)
    if customer is not None and len(siblings) > 1:  # a no on any record of a person holds for all of them
        whole = uow.consents.state_of(*siblings)
        heard = basis(customer, touchpoint.channel, whole, _nobody, local, purpose=purpose, rules=rules)
        if heard is None:
            return Reason.NO_LEGAL_BASIS
    shows_offers = service.offers > 0 or confirms(service)
    if customer is not None and shows_offers and ground_just_lost(uow, customer, touchpoint.channel, local, rules):
        return Reason.NO_LEGAL_BASIS
    today = local.date()
    letter = touchpoint.channel is Channel.LETTER
    met = add_working_days(today, LETTER_WORKING_DAYS, frozenset({state})) if letter else today
    exempt = service.cap_class is CapClass.EXEMPT
    consents = uow.consents.state_of(touchpoint.customer_id)
    refused = recheck(
        touchpoint,
        customer=customer,
        vehicle=uow.records.vehicle(touchpoint.vehicle_id),
        consents=consents,
        appointments=uow.records.appointments_of(touchpoint.vehicle_id),
        jobs=uow.records.jobs_of(touchpoint.vehicle_id, counts_from(service, touchpoint.due_date)),
        service=service,
        suppressed=customer is not None and _suppressed(uow, customer, touchpoint.channel),
        contact=Contact(today, met),
        others=[] if exempt else _met(uow, touchpoint, now, zone),
        now=local,
        today=today,
        rules=rules,
    )
    if refused is not None or is_notice(service):
        return refused
    hold = held(uow.holds.of(touchpoint.customer_id, today))
    if hold is None and _too_often(uow, touchpoint, consents.preferences, zone, today):
        return Reason.FREQUENCY_CAP
    return hold.reason if hold else None


def _too_often(uow: Reading, touchpoint: Touchpoint, wishes: Preferences, zone: ZoneInfo, today: date) -> bool:
    """Say whether the customer wished to hear less often within a year."""
    if wishes.most_per_year is None:
        return False
    others = (t for t in uow.plans.touchpoints_of(touchpoint.customer_id) if t.state in CONTACTS - WAITING)
    met = [contact_of(t, zone).last for t in others if t.touchpoint_id != touchpoint.touchpoint_id]
    return not wishes.wants_another(met, today)


def _nobody(_customer: Customer, _channel: str) -> bool:
    return False


def _suppressed(uow: Reading, customer: Customer, channel: Channel) -> bool:
    key = uow.documents.get(SUPPRESSION_KEY)
    entries = suppression_entries(key, customer, channel) if key else ()
    return any(uow.suppressions.contains(entry, channel) for entry in entries)


def _met(uow: Reading, touchpoint: Touchpoint, now: datetime, zone: ZoneInfo) -> list[Contact]:
    """List when the household really was written to otherwise, with the way that a letter takes, or was called."""
    contacts: list[Contact] = []
    housemates = uow.people.housemates(touchpoint.customer_id)
    for other in (t for one in housemates for t in uow.plans.touchpoints_of(one)):
        if other.touchpoint_id == touchpoint.touchpoint_id or other.state not in CONTACTS - WAITING:
            continue
        job = uow.outbox.get(other.touchpoint_id)
        if job is None:
            continue
        planned, left = contact_of(other, zone), job.changed_at.astimezone(zone).date()
        contacts.append(Contact(left, left + (planned.last - planned.first)))
    for calls in calls_made(uow, now, zone, housemates).values():
        contacts += calls
    return contacts
