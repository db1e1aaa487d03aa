"""Builders for the agent's records and settings: say what matters in a test, the rest is a plain private customer."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from guildpost_agent.adapters.sql.engine import open_engine
from guildpost_agent.adapters.sql.tables import metadata
from guildpost_agent.adapters.sql.unit_of_work import unit_of_work_factory
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.consent.events import ConsentEvent, Evidence
from guildpost_agent.domain.consent.terms import Basis, Kind, Origin
from guildpost_agent.domain.records import Appointment, Customer, Job, Vehicle
from guildpost_shared.privacy.accountant import Expense, variance_for
from guildpost_shared.privacy.ledger import YEARLY_DELTA, Entry
from guildpost_shared.privacy.sensitivity import of_increments
from guildpost_shared.services.definition import ServiceDefinition, parse_service

NOW = datetime(2027, 3, 1, 6, tzinfo=UTC)
TODAY = date(2027, 3, 1)
KEY = bytes(range(32))

_CUSTOMER = Customer(
    customer_id="1",
    salutation="Frau",
    given_name="Erika",
    family_name="Mustermann",
    street="Hauptstraße 1",
    postcode="70173",
    town="Stuttgart",
    email="erika@post.example",
)
_VEHICLE = Vehicle(
    vehicle_id="V1",
    customer_id="1",
    make="Arvana",
    model="Corra",
    vehicle_class="car",
    fuel="petrol",
    first_registration=date(2020, 5, 4),
    next_hu=date(2027, 4, 1),
)
_JOB = Job("A1:0", "A1", date(2026, 4, 1), "V1", "1", 60_000, date(2026, 4, 2), "other", "Räderwechsel")
_APPOINTMENT = Appointment("T1", "1", "V1", datetime(2027, 3, 10, 8, tzinfo=UTC), "hu_au", "geplant", date(2027, 3, 1))
_CONSENT = ConsentEvent(
    "1",
    Kind.IMPORTED,
    "email",
    "service_reminders",
    datetime(2026, 1, 2, 9, tzinfo=UTC),
    Basis.CONSENT,
    Origin.DMS,
    Evidence(source="Annahme, Formular 3", given_on=date(2026, 1, 2)),
)


def a_customer(customer_id: str = "1", **changes: Any) -> Customer:
    """Build a private customer with an e-mail and a postal address."""
    return replace(_CUSTOMER, customer_id=customer_id, **changes)


def a_vehicle(vehicle_id: str = "V1", **changes: Any) -> Vehicle:
    """Build a petrol car of 2020 whose periodic inspection is due in April 2027."""
    return replace(_VEHICLE, vehicle_id=vehicle_id, **changes)


def a_job(job_id: str = "A1:0", **changes: Any) -> Job:
    """Build an invoiced wheel change of April 2026."""
    return replace(_JOB, job_id=job_id, **changes)


def an_appointment(appointment_id: str = "T1", **changes: Any) -> Appointment:
    """Build an appointment for the periodic inspection on 10 March 2027."""
    return replace(_APPOINTMENT, appointment_id=appointment_id, **changes)


def a_consent(customer_id: str = "1", **changes: Any) -> ConsentEvent:
    """Build the ledger's entry of an evidenced permission for e-mail."""
    return replace(_CONSENT, customer_id=customer_id, **changes)


def a_withdrawal(customer_id: str = "1", **changes: Any) -> ConsentEvent:
    """Build the ledger's entry of a withdrawal for e-mail and every purpose, heard at NOW."""
    return replace(ConsentEvent(customer_id, Kind.WITHDRAWN, "email", "*", NOW), **changes)


def an_entry(customer_id: str = "1", **changes: Any) -> Entry:
    """Build what it cost a customer to be counted in a study of ε = 1."""
    expense = Expense(of_increments(1), variance_for(1.0, YEARLY_DELTA, of_increments(1)))
    values: dict[str, Any] = {
        "brand": "",
        "study_id": "timing",
        "period": "2027-01",
        "day": date(2027, 2, 1),
        "expenses": (expense,),
    }
    return Entry(record=customer_id, **(values | changes))


def a_service(service_id: str = "hu_au", **changes: Any) -> ServiceDefinition:
    """Build the reminder of the periodic inspection, or of maintenance, as the catalogue would carry it."""
    hu = {
        "kind": "hu",
        "default_class": "car",
        "classes": [
            {"class": "car", "phases": [{"from_age_months": 0, "months": 36}, {"from_age_months": 36, "months": 24}]},
            {"class": "taxi", "phases": [{"from_age_months": 0, "months": 12}]},
            {"class": "motorcycle", "phases": [{"from_age_months": 0, "months": 24}]},
        ],
    }
    row = {"make": "", "model": "", "fuel": "", "model_year_from": None, "model_year_to": None}
    maintenance = {"kind": "inspection", "intervals": [{**row, "months": 24, "km": 30_000}]}
    window = (60, 14, 42) if service_id == "hu_au" else (45, 10, 30)
    touch = dict(zip(("first_day", "last_day", "default_lead"), window, strict=True))
    channels = [
        {
            "channel": name,
            "mandatory": False,
            "default_slot": {"weekday": 1, "hour": 10 if name == "email" else None},
            "attribution_days": 21 if name == "email" else 42,
            "templates": {"de": f"{service_id}/1/{name}.de"},
        }
        for name in ("email", "letter")
    ]
    document = {
        "type": "service",
        "id": service_id,
        "version": 1,
        "name": {"de": service_id, "en": service_id},
        "occasion": hu if service_id == "hu_au" else maintenance,
        "condition": "",
        "work": None,
        "purpose": "advertising",
        "strength": 90 if service_id == "hu_au" else 80,
        "touches": [{"id": "invitation", **touch}],
        "channels": channels,
        "bundle_group": "workshop_visit",
        "cap_class": "commercial",
        "learning_class": "hu" if service_id == "hu_au" else "maintenance",
        "skill": "general",
        "network": "recommended",
        "dealer_slots": ["offer"],
    }
    return parse_service(json.dumps({**document, **changes}).encode())


def a_config(**changes: Any) -> AgentConfig:
    """Build the settings of a dealer in Stuttgart who runs both services."""
    document: dict[str, Any] = {
        "dealer": {
            "name": "Autohaus Muster",
            "legal_name": "Autohaus Muster GmbH",
            "street": "Werkstraße 5",
            "postcode": "70173",
            "town": "Stuttgart",
            "state": "BW",
            "phone": "+49711123456",
            "email": "service@autohaus-muster.example",
            "website": "https://autohaus-muster.example",
            "register_court": "Amtsgericht Stuttgart",
            "register_number": "HRB 1",
            "managing_directors": "Max Muster",
            "vat_id": "DE123456789",
        },
        "figures": {"weekly_budget_cents": 50_000, "workshop_places_per_day": 12, "hourly_rate_cents": 14_000},
        "dms": {"drop_folder": Path("drop")},
        "smtp": {"host": "127.0.0.1", "port": 25, "from_address": "service@autohaus-muster.example", "from_name": "A"},
        "letters": {"folder": Path("letters")},
        "relay": {"url": "https://relay.example"},
        "services": {"enabled": ["hu_au", "inspection"]},
    }
    return AgentConfig.model_validate({**document, **changes})


def open_store(folder: Path) -> OpenUnitOfWork:
    """Open a real encrypted database with its tables."""
    engine = open_engine(folder / "agent.db", KEY)
    metadata.create_all(engine)
    return unit_of_work_factory(engine)
