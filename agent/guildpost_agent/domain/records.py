"""The agent's records: what the steps of a customer's way hand to one another.

``DMS rows → customers, vehicles, jobs, appointments, consents → occasions → decisions → touchpoints → outbox →
outcomes``. All are frozen values; days are dates, instants are aware UTC datetimes, distances km.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Channel(StrEnum):
    """How a message reaches a customer."""

    EMAIL = "email"
    LETTER = "letter"


class Triage(StrEnum):
    """How far a due date can be trusted."""

    TRUSTED = "trusted"
    ESTIMATED = "estimated"
    STALE = "stale"


@dataclass(frozen=True)
class Customer:
    """A person or company in the dealer's management system; ``customer_id`` is the DMS number."""

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


@dataclass(frozen=True)
class Vehicle:
    """A vehicle and its keeper; ``next_hu`` is the first day of the due month (the deadline is its last day)."""

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


@dataclass(frozen=True)
class Job:
    """One labour line of a job card; ``kind`` is ``hu``, ``inspection`` or ``other``."""

    job_id: str
    order_number: str
    order_date: date
    vehicle_id: str
    customer_id: str
    mileage_km: int | None
    invoiced_on: date | None
    kind: str
    text: str


@dataclass(frozen=True)
class Appointment:
    """A workshop appointment; ``occasion`` is a service id or empty, ``status`` as the DMS says."""

    appointment_id: str
    customer_id: str
    vehicle_id: str
    starts_at: datetime
    occasion: str
    status: str
    created_on: date


@dataclass(frozen=True)
class Consent:
    """A permission for one channel with its evidence; none stored means none given."""

    customer_id: str
    channel: str
    purpose: str
    legal_basis: str
    source: str
    granted_on: date
    withdrawn_at: datetime | None = None


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Decision:
    """Kept or refused, with the reason code and what the explanation needs."""

    occasion_id: str
    decided_at: datetime
    kept: bool
    reason: str
    facts: dict[str, str | int | float | bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Touchpoint:
    """One planned message: when (UTC), how long before the due date (days), which slot (dealer's local time), why."""

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


@dataclass(frozen=True)
class Outcome:
    """What came back: ``kind`` is delivered, bounced, clicked, booked, answered or unsubscribed."""

    outcome_id: str
    touchpoint_id: str
    kind: str
    at: datetime
    detail: str = ""
