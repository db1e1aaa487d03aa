"""What a workshop planner's export says about one appointment, before anybody knows whom it concerns."""

import hashlib
import re
from datetime import date, datetime
from typing import Final

from guildpost_agent.domain.appointment_works import Works, services_in
from guildpost_agent.domain.appointments import CANCELLED
from guildpost_agent.domain.frozen import frozen
from guildpost_agent.domain.records import Appointment

LONGEST_ORIGIN: Final = 40
LONGEST_STATUS: Final = 40
PLANNER: Final = "planner"
Whose = tuple[str, str, date]
_STAMP: Final = re.compile(r"[\W_]*(?:\d{4}[-_.]?\d{2}[-_.]?\d{2}|\d{2}[-_.]\d{2}[-_.]\d{4}).*$")


@frozen
class PlannedEvent:
    """One event of a planner.

    Attributes:
        key: names the event within its planner, the same in every export.
        number: its place in the export, from 1; for people who look it up.
        starts_at: UTC; an event without a time of day starts with its local day.
        text: everything a person wrote: subject, description, place.
        occasion: the planner's own kind of appointment; empty where the text has to say it.
        status: as the planner spells it.
        created_on: None where the planner does not say.
        repeats: one of a series; no customer's appointment is.
        customer_id: this and the following only where the planner has a field of its own for it.
    """

    key: str
    number: int
    starts_at: datetime
    text: str = ""
    occasion: str = ""
    status: str = ""
    cancelled: bool = False
    created_on: date | None = None
    repeats: bool = False
    customer_id: str = ""
    vehicle_id: str = ""
    plate: str = ""
    vin: str = ""
    phone: str = ""
    name: str = ""


def origin_of(stem: str) -> str:
    """Name the planner that wrote a file: the file's name without ending, date and time (``Halle 2_2027-03-01``)."""
    return " ".join(_STAMP.sub("", stem).casefold().split())[:LONGEST_ORIGIN] or PLANNER


def services_named(event: PlannedEvent, works: Works) -> tuple[str, ...]:
    """Name the services that an event is for, by its parts (``HU + Räderwechsel``); one empty name where none is known.

    Args:
        event: what the planner says.
        works: by service, the words that its work is told by.
    """
    return services_in((event.occasion, event.text), works) or ("",)


def as_appointments(event: PlannedEvent, origin: str, whose: Whose, works: Works) -> list[Appointment]:
    """Make the records of an event, one for each service that it names.

    Args:
        event: what the planner says.
        origin: which planner.
        whose: customer, vehicle (empty when any of the customer's may be meant) and the day that stands in for the one
            on which the event was entered.
        works: by service, the words that its work is told by.
    """
    customer_id, vehicle_id, first_known = whose
    mark = hashlib.sha256(f"{origin}\0{event.key}".encode()).hexdigest()[:24]
    return [
        Appointment(
            appointment_id="-".join(filter(None, (PLANNER, mark, str(number or "")))),
            customer_id=customer_id,
            vehicle_id=vehicle_id,
            starts_at=event.starts_at,
            occasion=service,
            status=CANCELLED if event.cancelled else event.status[:LONGEST_STATUS],
            created_on=event.created_on or first_known,
            origin=origin,
        )
        for number, service in enumerate(services_named(event, works))
    ]
