"""The truth behind the exports: who lives where, drives what, came when.

Days are proleptic ordinals (``date.toordinal``), months are ``year * 12 + month - 1``: the generator makes hundreds of
thousands of them. What the management system *says* (``dms_…``) may differ from what *is*.
"""

from dataclasses import dataclass, field

from guildpost_demo.network.lists import Model, Place


@dataclass(slots=True)
class Customer:
    """A person or company with one record in the management system."""

    number: int
    is_business: bool
    sex: str
    title: str
    given: str
    family: str
    company: str
    partner: str
    street: str
    house: str
    place: Place
    phone: str
    work_phone: str
    mobile: str
    email: str
    born: int
    created: int
    consent_email: bool
    consent_phone: bool
    consent_day: int
    consent_source: str
    advertising_block: bool
    is_supplier: bool
    active: bool
    email_dead: bool
    moved_away: bool
    pristine: bool = False

    @property
    def street_line(self) -> str:
        """Write street and house number."""
        return f"{self.street} {self.house}"


@dataclass(slots=True)
class Job:
    """One job card: its labour lines are ``(operation, text, net cents)``; an open card has no invoice."""

    number: int
    day: int
    km: int
    customer: int
    invoice: int
    invoice_day: int
    invoice_kind: str
    lines: tuple[tuple[str, str, int], ...]


@dataclass(slots=True)
class Appointment:
    """A workshop appointment; ``minute`` counts from midnight local time."""

    number: int
    customer: int
    vehicle: int
    day: int
    minute: int
    occasion: str
    status: str
    created: int


@dataclass(slots=True)
class Vehicle:
    """A vehicle with its true inspection state and what the management system knows of it."""

    number: int
    customer: int
    vin: str
    plate: str
    model: Model
    kind: str
    fuel: str
    first_registration: int
    owned_since: int
    km: int
    km_per_day: float
    hu_due: int
    service_due: int
    dms_first_registration: bool
    dms_km: int
    dms_km_day: int
    dms_hu: int
    dms_au: bool
    dms_service: int
    warranty_end: int
    deregistered: int
    sold: int
    active: bool
    jobs: list[Job] = field(default_factory=list)


@dataclass(slots=True)
class Household:
    """What belongs together in reality: one customer, its doubles in the file, vehicles and appointments."""

    customer: Customer
    doubles: list[Customer]
    vehicles: list[Vehicle]
    appointments: list[Appointment]
