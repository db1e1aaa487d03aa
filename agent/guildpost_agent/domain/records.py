"""The agent's records: what the steps of a customer's way hand to one another.

``DMS rows → customers, vehicles, jobs, appointments, consents → occasions → decisions → touchpoints → outbox →
outcomes``. All are frozen values; days are dates, instants are aware UTC datetimes, distances km.
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime
from enum import StrEnum

from guildpost_agent.domain.frozen import frozen

Provenance = Mapping[str, tuple[str, str]]
"""For each field that a rule changed or emptied: the rule's code, and the text as the DMS had it."""


class Channel(StrEnum):
    """How a message reaches a customer."""

    EMAIL = "email"
    LETTER = "letter"


class Triage(StrEnum):
    """How far a due date can be trusted."""

    TRUSTED = "trusted"
    ESTIMATED = "estimated"
    STALE = "stale"


@frozen
class Customer:
    """A person or company in the dealer's management system; ``customer_id`` is the DMS number.

    Attributes:
        second_given_name: with the other ``second_…`` fields, the other person of a record kept for a couple.
        care_of: "bei …", "z. Hd. …": a line of the address, never a name.
        site: the subsidiary that keeps the record.
        missing_since: the day of the first complete delivery that did not bring the record any more.
        provenance: what normalisation did to which field.
    """

    customer_id: str
    salutation: str = ""
    title: str = ""
    given_name: str = ""
    family_name: str = ""
    company: str = ""
    street: str = ""
    postcode: str = ""
    town: str = ""
    country: str = "DE"
    phone: str = ""
    mobile: str = ""
    email: str = ""
    birth_date: date | None = None
    is_business: bool = False
    is_supplier: bool = False
    advertising_block: bool = False
    second_salutation: str = ""
    second_title: str = ""
    second_given_name: str = ""
    second_family_name: str = ""
    care_of: str = ""
    is_dummy: bool = False
    deceased: bool = False
    site: str = ""
    missing_since: date | None = None
    provenance: Provenance = field(default_factory=dict)


@frozen
class Vehicle:
    """A vehicle and its keeper; ``next_hu`` is the first day of the due month (the deadline is its last day).

    Attributes:
        customer_id: the registered keeper (Halter), not the owner: a leased car's owner is a bank.
        delivered_on: handed over new or used by this dealer; the warranty runs from here.
        next_sp: the safety check of heavy vehicles, like ``next_hu`` the first day of its month.
        in_stock: the dealer's own, for sale or rent.
        missing_since: the day of the first complete delivery that did not bring the record any more.
        provenance: what normalisation did to which field.
    """

    vehicle_id: str
    customer_id: str
    vin: str = ""
    plate: str = ""
    make: str = ""
    model: str = ""
    vehicle_class: str = ""
    fuel: str = ""
    hsn: str = ""
    tsn: str = ""
    first_registration: date | None = None
    mileage_km: int | None = None
    mileage_date: date | None = None
    next_hu: date | None = None
    next_service: date | None = None
    warranty_end: date | None = None
    deregistered_on: date | None = None
    sold_on: date | None = None
    owner_id: str = ""
    plate_season: str = ""
    next_sp: date | None = None
    next_service_km: int | None = None
    delivered_on: date | None = None
    lease_end: date | None = None
    keeper_since: date | None = None
    in_stock: bool = False
    site: str = ""
    missing_since: date | None = None
    provenance: Provenance = field(default_factory=dict)


@frozen
class Job:
    """One labour line of a job card; ``kind`` is ``hu``, ``inspection`` or ``other``.

    Attributes:
        hours: labour time in hours (ten units of ``AW`` make one, unless the site's profile says otherwise).
        charge: who pays: ``customer``, ``warranty``, ``internal``, or nothing where the DMS does not say.
        declined: the DMS says that the work was recommended and not done; such a line is no service and no hours.
        invoice_cents: total of the order's invoice, the same on each of its lines; None unless the dealer opted in.
    """

    job_id: str
    order_number: str
    order_date: date
    vehicle_id: str
    customer_id: str
    mileage_km: int | None
    invoiced_on: date | None
    kind: str
    text: str
    hours: float | None = None
    charge: str = ""
    site: str = ""
    declined: bool = False
    invoice_cents: int | None = None


@frozen
class WheelSet:
    """A set of wheels that a customer keeps in the dealer's store; tread depth in mm."""

    wheel_set_id: str
    customer_id: str
    vehicle_id: str
    stored_on: date | None
    until: date | None
    dimension: str
    tread_mm: float | None
    is_historic: bool


@frozen
class Appointment:
    """A workshop appointment; ``status`` as its source says.

    Attributes:
        occasion: the ids of the services that it is for, separated by blanks; empty where none is known.
        origin: the planner that brought it; empty for the DMS.
    """

    appointment_id: str
    customer_id: str
    vehicle_id: str
    starts_at: datetime
    occasion: str
    status: str
    created_on: date
    origin: str = ""

    @property
    def services(self) -> tuple[str, ...]:
        """The services that it is for."""
        return tuple(self.occasion.split())


@frozen
class Consent:
    """A permission as a customer's row in the DMS states it; the ledger (``consent``) says what it is worth."""

    customer_id: str
    channel: str
    purpose: str
    legal_basis: str
    source: str
    granted_on: date


@frozen
class Occasion:
    """A reason to write: one per vehicle, service and due cycle; ``due_date`` is the last day one may still come."""

    occasion_id: str
    customer_id: str
    vehicle_id: str
    service_id: str
    due_date: date
    source: str
    confidence: float
    triage: Triage


@frozen
class Decision:
    """Kept or refused, with the reason code and what the explanation needs."""

    occasion_id: str
    decided_at: datetime
    kept: bool
    reason: str
    facts: dict[str, str | int | float | bool] = field(default_factory=dict)


@frozen
class Touchpoint:
    """One planned message: when (UTC), how long before the due date (days), which slot (dealer's local time), why.

    Attributes:
        touch_id: which message of its service's sequence it is.
        bundled: the other occasions that it carries along.
        lead_shift: days by which this dealership's best lead time for such a customer was thought to lie before the
            network's, when this was planned under a model of the network.
    """

    touchpoint_id: str
    occasion_id: str
    customer_id: str
    vehicle_id: str
    service_id: str
    service_version: int
    channel: Channel
    planned_at: datetime
    not_after: datetime
    due_date: date
    lead_days: int
    weekday: int | None
    hour: int | None
    arm: str
    state: str
    reasons: tuple[dict[str, str | int | float | bool], ...] = ()
    touch_id: str = ""
    bundled: tuple[str, ...] = ()
    lead_shift: int = 0


@frozen
class Placed:
    """Of a touchpoint, what it takes of budget and workshop: which it is, of what, how, when, and what it carries."""

    touchpoint_id: str
    service_id: str
    channel: str
    planned_at: datetime
    due_date: date
    lead_days: int
    bundled: tuple[str, ...] = ()


@frozen
class Outcome:
    """What came back: ``kind`` is delivered, bounced, clicked, booked, answered, wished or unsubscribed."""

    outcome_id: str
    touchpoint_id: str
    kind: str
    at: datetime
    detail: str = ""
