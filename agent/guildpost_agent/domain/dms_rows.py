"""One row of a DMS export, read as a record.

A row without its key, or with a required field that cannot be read, raises ``BadRow`` and goes to quarantine. An
optional field that cannot be read is left empty and counted in ``Reading.warnings`` as ``table.field.reason``.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final, TypeVar
from zlib import crc32
from zoneinfo import ZoneInfo

from guildpost_agent.domain import normalise
from guildpost_agent.domain.months import add_months
from guildpost_agent.domain.normalise import Unreadable
from guildpost_agent.domain.normalise_contact import email, phone
from guildpost_agent.domain.normalise_names import read_name
from guildpost_agent.domain.records import Appointment, Consent, Customer, Job, Vehicle
from guildpost_agent.domain.work_kinds import appointment_occasion, job_kind

_Value = TypeVar("_Value")
Cells = Mapping[str, str]

LONGEST_KEY: Final = 40
# The longest HU interval is 36 months (StVZO annex VIII); a month more allows for a pass at the month's start.
_HU_MONTHS_AHEAD: Final = 37
PURPOSE: Final = "service_reminders"


class Table(StrEnum):
    """The tables that a delivery may bring, in the order in which they are imported."""

    CUSTOMERS = "customers"
    VEHICLES = "vehicles"
    JOBS = "jobs"
    APPOINTMENTS = "appointments"


REQUIRED: Final[dict[Table, tuple[str, ...]]] = {
    Table.CUSTOMERS: ("customer_id", "name1"),
    Table.VEHICLES: ("vehicle_id", "customer_id"),
    Table.JOBS: ("order_number", "order_date", "vehicle_id"),
    Table.APPOINTMENTS: ("appointment_id", "customer_id", "day"),
}
# The classes of the catalogue's inspection rule. Exports give no weights: the light class is assumed, which is what a
# dealer of passenger cars mostly looks after.
VEHICLE_CLASSES: Final = {
    "PKW": "car", "KOMBI": "car", "KRAD": "motorcycle", "MOTORRAD": "motorcycle", "LKW": "goods_to_3500kg",
    "TRANSPORTER": "goods_to_3500kg", "ANH": "trailer_to_3500kg", "ANHÄNGER": "trailer_to_3500kg",
    "WOMO": "motorhome_to_3500kg", "WOHNMOBIL": "motorhome_to_3500kg", "TAXI": "taxi", "MIETWAGEN": "car_rental",
}  # fmt: skip
FUELS: Final = {
    "BENZIN": "petrol", "OTTO": "petrol", "SUPER": "petrol", "DIESEL": "diesel", "ELEKTRO": "electric",
    "STROM": "electric", "BEV": "electric", "HYBRID": "hybrid", "PLUG-IN-HYBRID": "hybrid", "GAS": "gas",
    "LPG": "gas", "CNG": "gas", "ERDGAS": "gas", "AUTOGAS": "gas",
}  # fmt: skip


class BadRow(ValueError):  # noqa: N818 — a row that goes to quarantine is a finding, not a failure
    """A row that cannot become a record: which field, and why."""

    def __init__(self, field_name: str, reason: str) -> None:
        super().__init__(f"{field_name}: {reason}")
        self.field = field_name
        self.reason = reason


@dataclass(frozen=True)
class CustomerRow:
    """A customer with the permissions that are evidenced and the channels that are expressly refused."""

    customer: Customer
    consents: tuple[Consent, ...]
    refused_channels: tuple[str, ...]


@dataclass
class Reading:
    """What the reading of rows needs to know, and what it notices.

    Attributes:
        today: the dealer's day of the import.
        zone: the dealer's time zone.
        own_domain: the dealer's own mail domain.
        warnings: how often which optional field was dropped, and why.
    """

    today: date
    zone: ZoneInfo
    own_domain: str = ""
    warnings: Counter[str] = field(default_factory=Counter)

    def optional(self, name: str, parse: Callable[[], _Value], empty: _Value) -> _Value:
        """Read an optional field; what cannot be read is counted and left empty."""
        try:
            return parse()
        except Unreadable as error:
            self.warnings[f"{name}.{error.reason}"] += 1
            return empty

    def day(self, cells: Cells, table: Table, name: str) -> date | None:
        """Read an optional day."""
        text = cells.get(name, "")
        return self.optional(f"{table}.{name}", lambda: normalise.parse_day(text, self.today), None) if text else None

    def month(self, cells: Cells, table: Table, name: str) -> date | None:
        """Read an optional month."""
        text = cells.get(name, "")
        return self.optional(f"{table}.{name}", lambda: normalise.parse_month(text, self.today), None) if text else None


def _key(cells: Cells, name: str) -> str:
    text = cells.get(name, "").strip()
    if not text.strip("0"):
        raise BadRow(name, "missing_key")
    if len(text) > LONGEST_KEY:
        raise BadRow(name, "key_too_long")
    return text


def _required_day(cells: Cells, name: str, today: date) -> date:
    try:
        day = normalise.parse_day(cells.get(name, ""), today)
    except Unreadable as error:
        raise BadRow(name, error.reason) from None
    if day is None:
        raise BadRow(name, "missing_date")
    return day


def read_customer(cells: Cells, reading: Reading) -> CustomerRow:
    """Read a customer.

    Raises:
        BadRow: the customer number is missing, or there is no name at all.
    """
    table = Table.CUSTOMERS
    customer_id = _key(cells, "customer_id")
    get = cells.get
    name = read_name(
        get("salutation", ""), get("title", ""), get("given_name", ""), get("name1", ""), get("name2", ""),
        business=get("kind", "").strip().upper()[:1] == "G",
    )  # fmt: skip
    if not (name.family_name or name.company):
        raise BadRow("name1", "missing_name")
    country = reading.optional(f"{table}.country", lambda: normalise.country_code(get("country", "")), "DE")
    work = _phone(cells, "phone_work", country, reading)
    home = _phone(cells, "phone", country, reading)
    birth = reading.day(cells, table, "birth_date")
    customer = Customer(
        customer_id=customer_id,
        salutation=name.salutation,
        title=name.title,
        given_name=name.given_name,
        family_name=name.family_name,
        company=name.company,
        street=" ".join(get("street", "").split()),
        postcode=reading.optional(f"{table}.postcode", lambda: normalise.postcode(get("postcode", ""), country), ""),
        town=" ".join(get("town", "").split()),
        country=country,
        phone=(work or home) if name.is_business else (home or work),
        mobile=_phone(cells, "mobile", country, reading),
        email=reading.optional(f"{table}.email", lambda: email(get("email", ""), reading.own_domain), ""),
        birth_date=birth if birth and birth < reading.today else None,
        is_business=name.is_business,
        is_supplier=bool(_flag(cells, "supplier", reading)),
        # What cannot be read as "no" counts as an objection: the safe side of Art. 21(2) GDPR.
        advertising_block=_blocked(cells, reading),
    )
    return CustomerRow(customer, *_consents(cells, customer_id, reading))


def _phone(cells: Cells, name: str, country: str, reading: Reading) -> str:
    text = cells.get(name, "")
    return reading.optional(f"customers.{name}", lambda: phone(text, country), "") if text else ""


def _flag(cells: Cells, name: str, reading: Reading) -> bool | None:
    return reading.optional(f"customers.{name}", lambda: normalise.parse_flag(cells.get(name, "")), None)


def _blocked(cells: Cells, reading: Reading) -> bool:
    text = cells.get("advertising_block", "").strip()
    flag = _flag(cells, "advertising_block", reading)
    return flag if flag is not None else bool(text)


def _consents(cells: Cells, customer_id: str, reading: Reading) -> tuple[tuple[Consent, ...], tuple[str, ...]]:
    """Keep a permission only with its evidence (Art. 7(1) GDPR: the controller must be able to demonstrate it)."""
    granted: list[Consent] = []
    refused: list[str] = []
    for channel in ("email", "phone"):
        flag = _flag(cells, f"consent_{channel}", reading)
        if flag is False:
            refused.append(channel)
        if not flag:
            continue
        day = reading.day(cells, Table.CUSTOMERS, "consent_date")
        source = cells.get("consent_source", "").strip()
        if day is None or day > reading.today or not source:
            reading.warnings[f"customers.consent_{channel}.no_evidence"] += 1
            continue
        granted.append(Consent(customer_id, channel, PURPOSE, "consent", source, day))
    return tuple(granted), tuple(refused)


def read_vehicle(cells: Cells, reading: Reading) -> Vehicle:
    """Read a vehicle.

    Raises:
        BadRow: the vehicle's or the customer's number is missing.
    """
    table = Table.VEHICLES
    vehicle_id, customer_id = _key(cells, "vehicle_id"), _key(cells, "customer_id")
    get = cells.get
    vin, usual = normalise.vin(get("vin", ""))
    if not usual:
        reading.warnings["vehicles.vin.unusual"] += 1
    text = get("mileage_km", "")
    return Vehicle(
        vehicle_id=vehicle_id,
        customer_id=customer_id,
        vin=vin,
        plate=normalise.plate(get("plate", "")),
        make=" ".join(get("make", "").split()),
        model=" ".join(get("model", "").split()),
        vehicle_class=_class(get("vehicle_class", ""), reading),
        fuel=FUELS.get(get("fuel", "").strip().upper(), get("fuel", "").strip().lower()[:20]),
        hsn=normalise.key_number(get("hsn", ""), 4)[:4],
        tsn=normalise.key_number(get("tsn", ""), 3),
        first_registration=_past(reading.day(cells, table, "first_registration"), reading, "first_registration"),
        mileage_km=reading.optional("vehicles.mileage_km", lambda: normalise.parse_km(text), None),
        mileage_date=_past(reading.day(cells, table, "mileage_date"), reading, "mileage_date"),
        next_hu=_plausible_hu(reading.month(cells, table, "next_hu"), reading),
        next_service=reading.day(cells, table, "next_service"),
        warranty_end=reading.day(cells, table, "warranty_end"),
        deregistered_on=reading.day(cells, table, "deregistered_on"),
        sold_on=reading.day(cells, table, "sold_on"),
    )


def _class(text: str, reading: Reading) -> str:
    text = text.strip().upper()
    if text and text not in VEHICLE_CLASSES:
        reading.warnings["vehicles.vehicle_class.unknown"] += 1
    return VEHICLE_CLASSES.get(text, "")


def _past(day: date | None, reading: Reading, name: str) -> date | None:
    if day is None or day <= reading.today:
        return day
    reading.warnings[f"vehicles.{name}.in_future"] += 1
    return None


def _plausible_hu(month: date | None, reading: Reading) -> date | None:
    if month is None or month <= add_months(reading.today, _HU_MONTHS_AHEAD):
        return month
    reading.warnings["vehicles.next_hu.implausible"] += 1
    return None


def read_job(cells: Cells, reading: Reading) -> Job:
    """Read one labour line; amounts are never read.

    Raises:
        BadRow: the order's or the vehicle's number is missing, or the order's date cannot be read.
    """
    order = _key(cells, "order_number")
    vehicle_id = _key(cells, "vehicle_id")
    day = _required_day(cells, "order_date", reading.today)
    if day > reading.today:
        raise BadRow("order_date", "in_future")
    operation, text = cells.get("operation", "").strip(), " ".join(cells.get("text", "").split())
    km = cells.get("mileage_km", "")
    return Job(
        # A line has no number of its own; its content tells it from its order's other lines, whatever their sequence.
        job_id=f"{order}:{crc32(f'{operation}|{text}'.encode()):08x}",
        order_number=order,
        order_date=day,
        vehicle_id=vehicle_id,
        customer_id=cells.get("customer_id", "").strip()[:LONGEST_KEY],
        mileage_km=reading.optional("jobs.mileage_km", lambda: normalise.parse_km(km), None) if km else None,
        invoiced_on=reading.day(cells, Table.JOBS, "invoice_date"),
        kind=job_kind(operation, text),
        text=text,
    )


def read_appointment(cells: Cells, reading: Reading) -> Appointment:
    """Read an appointment; its local time becomes UTC.

    Raises:
        BadRow: the appointment's or the customer's number is missing, or its day or time cannot be read.
    """
    appointment_id, customer_id = _key(cells, "appointment_id"), _key(cells, "customer_id")
    day = _required_day(cells, "day", reading.today)
    try:
        starts = normalise.parse_instant(day, cells.get("time", ""))
    except Unreadable as error:
        raise BadRow("time", error.reason) from None
    return Appointment(
        appointment_id=appointment_id,
        customer_id=customer_id,
        vehicle_id=cells.get("vehicle_id", "").strip()[:LONGEST_KEY],
        starts_at=_utc(starts, reading.zone),
        occasion=appointment_occasion(cells.get("occasion", "")),
        status=" ".join(cells.get("status", "").split())[:LONGEST_KEY],
        created_on=reading.day(cells, Table.APPOINTMENTS, "created_on") or min(day, reading.today),
    )


def _utc(local: datetime, zone: ZoneInfo) -> datetime:
    try:
        return local.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        raise BadRow("day", "out_of_range") from None
