"""Why somebody is not written to: the reasons in a fixed order, the first hit wins.

     1  SOLD_OR_GONE      sold, deregistered, the dealer's own, no longer in the DMS
     2  NOT_CUSTOMER      unknown number, supplier, dummy, no longer in the DMS
     3  DECEASED          nobody is left to write to
     3  ADDRESS_INVALID   neither an e-mail nor a postal address
     -  RESTRICTED        kept, but set aside (Art. 18 GDPR, or long without contact)
     4  NO_LEGAL_BASIS    no channel of the service is lawful (objection, no permission, withdrawn, suppressed)
     5  FLEET_MANAGED     a leasing or fleet company: whoever drives the vehicle does not decide about its service
     6  ALREADY_BOOKED    an appointment for this service lies ahead
     7  DONE_HERE         the work was done in the half year before it is due, or its job card is open
        DONE_ELSEWHERE    the customer said so, by a link or on the telephone; noted when it is said
     8  STALE             the due date rests on nothing recent, or the vehicle was never really ours
     -  NOT_MEANT         the service's condition excludes this vehicle or customer

What follows depends on the plan (``planning``): CYCLE_CONTACTED, GIVEN_UP, NOT_YET, DUE_MOVED, WINDOW_OVER,
9 FREQUENCY_CAP, 10 OPEN_COMPLAINT, LEGAL_DISPUTE, DUNNING (``held``), 11 HOLDOUT. Where the dealer reviews first, a
message may be DECLINED, or has LAPSED. The same rules are asked again in the moment of sending (``recheck``).
"""

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from guildpost_agent.domain.appointments import open_appointment
from guildpost_agent.domain.cadence import Contact, fits
from guildpost_agent.domain.consent.decide import DEFAULTS, Rules
from guildpost_agent.domain.consent.state import ConsentState
from guildpost_agent.domain.consent.terms import Purpose
from guildpost_agent.domain.frozen import frozen
from guildpost_agent.domain.history import History
from guildpost_agent.domain.holds import Hold, HoldKind
from guildpost_agent.domain.legal_basis import Suppressed, basis, dead_letter_box, reachable
from guildpost_agent.domain.months import add_months
from guildpost_agent.domain.records import (
    Appointment,
    Channel,
    Customer,
    Decision,
    Job,
    Occasion,
    Touchpoint,
    Triage,
    Vehicle,
)
from guildpost_agent.domain.service_work import DONE_WITHIN_DAYS, answers, consent_purpose, done_within_days, is_notice
from guildpost_agent.domain.suppression import DECEASED
from guildpost_shared.services.conditions import ConditionError
from guildpost_shared.services.conditions import Facts as ConditionFacts
from guildpost_shared.services.definition import CapClass, ServiceDefinition
from guildpost_shared.services.event_rules import AbsenceRule

STALE_AFTER_MONTHS: Final = 36
_WAYS: Final = tuple(Channel)
_FLEET: Final = re.compile(r"\bleasing\b|\bfleet\b|fuhrparkmanagement|flottenmanagement|autovermietung", re.IGNORECASE)


class Reason(StrEnum):
    """Why an occasion was refused, or that it was kept."""

    PLANNED = "PLANNED"
    BUNDLED = "BUNDLED"
    SOLD_OR_GONE = "SOLD_OR_GONE"
    NOT_CUSTOMER = "NOT_CUSTOMER"
    DECEASED = "DECEASED"
    ADDRESS_INVALID = "ADDRESS_INVALID"
    RESTRICTED = "RESTRICTED"
    NO_LEGAL_BASIS = "NO_LEGAL_BASIS"
    FLEET_MANAGED = "FLEET_MANAGED"
    ALREADY_BOOKED = "ALREADY_BOOKED"
    DONE_HERE = "DONE_HERE"
    DONE_ELSEWHERE = "DONE_ELSEWHERE"
    STALE = "STALE"
    NOT_MEANT = "NOT_MEANT"
    CYCLE_CONTACTED = "CYCLE_CONTACTED"
    ANSWERED = "ANSWERED"
    GIVEN_UP = "GIVEN_UP"
    NOT_YET = "NOT_YET"
    DUE_MOVED = "DUE_MOVED"
    WINDOW_OVER = "WINDOW_OVER"
    FREQUENCY_CAP = "FREQUENCY_CAP"
    BUDGET = "BUDGET"
    CAPACITY = "CAPACITY"
    OPEN_COMPLAINT = "OPEN_COMPLAINT"
    LEGAL_DISPUTE = "LEGAL_DISPUTE"
    DUNNING = "DUNNING"
    DECLINED = "DECLINED"
    LAPSED = "LAPSED"
    HOLDOUT = "HOLDOUT"


_HELD: Final = {
    HoldKind.COMPLAINT: Reason.OPEN_COMPLAINT,
    HoldKind.DISPUTE: Reason.LEGAL_DISPUTE,
    HoldKind.DUNNING: Reason.DUNNING,
}

Facts = dict[str, str | int | float | bool]


@frozen
class Refusal:
    """A reason with what its explanation needs."""

    reason: Reason
    facts: Facts


@lru_cache(maxsize=16_384)
def because(reason: Reason, name: str, value: str) -> Refusal:
    """Refuse with one fact; those who are refused for the same share it, so that it is written out once."""
    return Refusal(reason, {name: value})


def gone(vehicle: Vehicle | None, today: date) -> Refusal | None:
    """Refuse a vehicle that the customer no longer has (rule 1)."""
    if vehicle is None:
        return Refusal(Reason.SOLD_OR_GONE, {})
    if vehicle.in_stock:
        return Refusal(Reason.SOLD_OR_GONE, {})
    if not (vehicle.sold_on or vehicle.deregistered_on or vehicle.missing_since):
        return None
    gone_on = (vehicle.sold_on, vehicle.deregistered_on, vehicle.missing_since)
    since = min(day for day in gone_on if day)
    if since > today:
        return None
    return because(Reason.SOLD_OR_GONE, "since", since.isoformat())


def not_addressable(customer: Customer | None, suppressed: Suppressed | None = None) -> Refusal | None:
    """Refuse who is no customer or has no address at all (rules 2 and 3), by the record and by what came back."""
    listed = suppressed or _nobody
    if customer is None or customer.is_supplier or customer.is_dummy or customer.missing_since:
        return Refusal(Reason.NOT_CUSTOMER, {"supplier": customer is not None and customer.is_supplier})
    if customer.deceased or listed(customer, DECEASED):
        return Refusal(Reason.DECEASED, {})
    for channel in _WAYS:
        if reachable(customer, channel) and not dead_letter_box(customer, channel, listed):
            return None
    return Refusal(Reason.ADDRESS_INVALID, {})


def fleet_managed(customer: Customer) -> Refusal | None:
    """Refuse advertising to companies that manage the vehicles of others (rule 5)."""
    if customer.is_business and _FLEET.search(customer.company):
        return Refusal(Reason.FLEET_MANAGED, {})
    return None


def not_meant(service: ServiceDefinition, facts: ConditionFacts) -> Refusal | None:
    """Refuse what the service's own condition excludes; one that cannot be worked out excludes."""
    try:
        meant = service.condition.holds(facts)
    except ConditionError:
        meant = False
    return None if meant else Refusal(Reason.NOT_MEANT, {"service": service.service_id})


def held(hold: Hold | None) -> Refusal | None:
    """Refuse advertising to whom a hold in force covers (rule 10); notices are not asked about."""
    return None if hold is None else Refusal(_HELD[hold.kind], {"since": hold.since.isoformat()})


def lawful_channels(
    customer: Customer,
    channels: Sequence[Channel],
    consents: ConsentState,
    suppressed: Suppressed,
    now: datetime,
    *,
    purpose: Purpose = Purpose.SERVICE_REMINDERS,
    rules: Rules = DEFAULTS,
) -> tuple[tuple[Channel, str], ...]:
    """List the channels that may be used with the ground of each, in the service's order (rule 4)."""
    grounds = (
        (channel, basis(customer, channel, consents, suppressed, now, purpose=purpose, rules=rules))
        for channel in channels
    )
    return tuple((channel, ground) for channel, ground in grounds if ground is not None)


def _done(day: date | None, due: date, within_days: int) -> Refusal | None:
    if day is None or day < due - timedelta(days=within_days):
        return None
    return because(Reason.DONE_HERE, "on", day.isoformat())


def booked_or_done(
    occasion: Occasion | Touchpoint,
    appointments: Sequence[Appointment],
    last_work: date | None,
    now: datetime,
    within_days: int = DONE_WITHIN_DAYS,
) -> Refusal | None:
    """Refuse what is booked or done already (rules 6 and 7).

    Args:
        occasion: what is due.
        appointments: those that concern the vehicle.
        last_work: the day on which the service's work was last done here.
        now: the business clock.
        within_days: work so many days before the due date or later answers it.
    """
    booked = open_appointment(appointments, occasion.service_id, now) if appointments else None
    if booked is not None:
        return Refusal(Reason.ALREADY_BOOKED, {"starts_at": booked.starts_at.isoformat()})
    return _done(last_work, occasion.due_date, within_days)


def done_elsewhere(occasion_id: str, on: date, now: datetime) -> Decision:
    """Decide that an occasion is over because the customer had the work done elsewhere."""
    return Decision(occasion_id, now, kept=False, reason=Reason.DONE_ELSEWHERE, facts={"on": on.isoformat()})


def may_grow_stale(service: ServiceDefinition) -> bool:
    """Say whether a service rests on something that grows old.

    A recall or a notice concerns the vehicle whoever looks after it; winning back is about those who stay away.
    """
    return not (is_notice(service) or isinstance(service.occasion, AbsenceRule))


def stale(occasion: Occasion, vehicle: Vehicle, history: History, today: date) -> Refusal | None:
    """Refuse what rests on nothing recent (rule 8): no visit for three years and never an invoice here."""
    if never_ours(vehicle, history, today):
        return because(Reason.STALE, "never_here", occasion.source)
    if occasion.triage is Triage.STALE:
        return because(Reason.STALE, "long_over", occasion.source)
    return None


def never_ours(vehicle: Vehicle, history: History, today: date) -> bool:
    """Say whether a vehicle was never really looked after here: unseen for three years, never invoiced, not young."""
    if history.ever_invoiced:
        return False
    limit = add_months(today, -STALE_AFTER_MONTHS)
    unseen = history.last_visit is None or history.last_visit < limit
    return unseen and (vehicle.first_registration is None or vehicle.first_registration <= limit)


def recheck(
    touchpoint: Touchpoint,
    *,
    customer: Customer | None,
    vehicle: Vehicle | None,
    consents: ConsentState,
    appointments: Sequence[Appointment],
    jobs: Collection[Job],
    service: ServiceDefinition,
    suppressed: bool,
    contact: Contact,
    others: Sequence[Contact],
    now: datetime,
    today: date,
    rules: Rules = DEFAULTS,
) -> str | None:
    """Ask in the moment of sending whether the touchpoint may still go out.

    Args:
        touchpoint: what was planned.
        customer: as the database has it now; None if it is gone.
        vehicle: as the database has it now.
        consents: the customer's ledger, as it stands in this transaction.
        appointments: the vehicle's appointments.
        jobs: the vehicle's labour lines.
        service: what the message is about.
        suppressed: the address on this channel stands on the suppression list.
        contact: the days on which the message would be met if it went out now.
        others: when the customer really was written to otherwise (an outage may have moved them together).
        now: the business clock, in the dealer's time zone.
        today: the dealer's local day.
        rules: the dealer's settings of the consent ledger.

    Returns:
        The reason code why not, or None.
    """
    if now > touchpoint.not_after:
        return Reason.WINDOW_OVER
    hit = gone(vehicle, today) or not_addressable(customer)
    if hit is not None or customer is None or vehicle is None:
        return hit.reason if hit else Reason.NOT_CUSTOMER
    if vehicle.customer_id != touchpoint.customer_id:
        return Reason.SOLD_OR_GONE
    channels = (touchpoint.channel,)
    lawful = lawful_channels(
        customer,
        channels,
        consents,
        lambda _customer, channel: suppressed and channel == touchpoint.channel,
        now,
        purpose=consent_purpose(service),
        rules=rules,
    )
    if not lawful:
        return Reason.NO_LEGAL_BASIS if reachable(customer, touchpoint.channel) else Reason.ADDRESS_INVALID
    last_work = max((job.order_date for job in jobs if answers(service, job)), default=None)
    refusal = booked_or_done(touchpoint, appointments, last_work, now, done_within_days(service))
    if refusal is not None:
        return refusal.reason
    exempt = service.cap_class is CapClass.EXEMPT
    return None if exempt or fits(contact, others) else Reason.FREQUENCY_CAP


def _nobody(_customer: Customer, _channel: str) -> bool:
    return False
