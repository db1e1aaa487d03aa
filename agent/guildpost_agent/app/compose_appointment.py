"""What a confirmation says about appointments: lines to read, and calendar files to take over."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.app.ports.reading import Reading
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.appointment_news import (
    APPOINTMENTS,
    is_called_off,
    number_of,
    word_in,
    word_of,
)
from guildpost_agent.domain.appointments import works_in
from guildpost_agent.domain.calendar_file import CalendarEvent, Organiser, calendar_file, uid_of
from guildpost_agent.domain.records import Appointment, Touchpoint, Vehicle
from guildpost_agent.domain.vehicle_lists import ListEntry
from guildpost_shared.catalog import load
from guildpost_shared.errors import Language, Refused
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.templates.mime import Attachment
from guildpost_shared.templates.wording import appointment_text

_FILES: Final = {False: ("termin.ics", "PUBLISH"), True: ("absage.ics", "CANCEL")}


@dataclass(frozen=True)
class Visit:
    """What one vehicle comes for at one time, as far as one message tells it; each appointment with its version."""

    vehicle: Vehicle
    starts_at: datetime
    called_off: bool
    appointments: tuple[tuple[Appointment, int], ...]


def visits_of(uow: Reading, touchpoint: Touchpoint, now: datetime) -> list[Visit]:
    """List what a message tells, as it still holds, earliest first.

    Args:
        uow: an open transaction.
        touchpoint: the message.
        now: the business clock.

    Raises:
        Refused: ``appointment_over`` where nothing of it holds any more.
    """
    carried = filter(None, map(uow.plans.occasion, touchpoint.bundled))
    days = {(touchpoint.vehicle_id, touchpoint.due_date), *((one.vehicle_id, one.due_date) for one in carried)}
    found: list[Visit] = []
    for vehicle_id in sorted({vehicle_id for vehicle_id, _ in days}):
        entries = (one for one in uow.lists.open_on(vehicle_id) if one.list_id == APPOINTMENTS)
        told = [one for one in entries if (vehicle_id, one.entered_on) in days]
        vehicle = uow.records.vehicle(vehicle_id) if told else None
        if vehicle is not None:
            found += _grouped(vehicle, _matched(uow, vehicle, told, now))
    if not found:
        raise Refused("appointment_over")
    return sorted(found, key=lambda visit: (visit.starts_at, visit.vehicle.vehicle_id, visit.called_off))


def _matched(
    uow: Reading, vehicle: Vehicle, told: Iterable[ListEntry], now: datetime
) -> list[tuple[ListEntry, Appointment]]:
    """Pair entries with the appointments that they tell of, where both still say the same."""
    ahead = [one for one in _appointments(uow, vehicle) if one.starts_at > now]
    named = {word_of(one): one for one in ahead}
    return [(entry, named[word_in(entry)]) for entry in told if word_in(entry) in named]


def _appointments(uow: Reading, vehicle: Vehicle) -> Iterable[Appointment]:
    """List what the customer booked, for this vehicle or for none by name."""
    records = uow.records
    return (*records.appointments_of(vehicle.vehicle_id), *records.appointments_without_vehicle(vehicle.customer_id))


def _grouped(vehicle: Vehicle, standing: Iterable[tuple[ListEntry, Appointment]]) -> Iterable[Visit]:
    """Put together what is at one time: a planner books several works as several appointments."""
    groups: defaultdict[tuple[datetime, bool], list[tuple[Appointment, int]]] = defaultdict(list)
    for entry, appointment in sorted(standing, key=lambda one: one[1].appointment_id):
        groups[appointment.starts_at, is_called_off(entry)].append((appointment, number_of(entry)))
    for (starts_at, called_off), members in groups.items():
        yield Visit(vehicle, starts_at, called_off, tuple(members))


def visit_line(visit: Visit, config: AgentConfig, services: Mapping[str, ServiceDefinition], language: Language) -> str:
    """Say in a line when, for what, and with which vehicle."""
    texts = load("guildpost_agent", language)
    when = appointment_text(visit.starts_at.astimezone(ZoneInfo(config.dealer.timezone)), language)
    work = _work((one for one, _ in visit.appointments), services, language)
    plate = f" ({visit.vehicle.plate})" if visit.vehicle.plate else ""
    vehicle = " ".join(part for part in (visit.vehicle.make, visit.vehicle.model) if part) + plate
    return texts.text("appointment.line", when=when, work=work, vehicle=vehicle)


def calendar_files(
    visits: Iterable[Visit],
    config: AgentConfig,
    services: Mapping[str, ServiceDefinition],
    now: datetime,
    language: Language,
) -> tuple[Attachment, ...]:
    """Write the calendar files of a message: one for what stands, one for what was called off."""
    files, listed = [], list(visits)
    dealer = config.dealer
    for called_off, (name, method) in _FILES.items():
        events = [
            _event(one, version, config, services, language)
            for visit in listed
            if visit.called_off is called_off
            for one, version in visit.appointments
        ]
        if events:
            content = calendar_file(events, Organiser(dealer.name, dealer.email), now, cancelled=called_off)
            files.append(Attachment(name, f"text/calendar; charset=utf-8; method={method}", content))
    return tuple(files)


def _event(
    appointment: Appointment,
    version: int,
    config: AgentConfig,
    services: Mapping[str, ServiceDefinition],
    language: Language,
) -> CalendarEvent:
    """Make the event of one appointment: its own, so that calling it off leaves others at the same time alone."""
    texts, dealer = load("guildpost_agent", language), config.dealer
    work = _work([appointment], services, language)
    return CalendarEvent(
        uid=uid_of(appointment.appointment_id, config.smtp.from_address.rpartition("@")[2]),
        version=version,
        starts_at=appointment.starts_at,
        summary=texts.text("appointment.summary", work=work, dealer=dealer.name),
        location=f"{dealer.name}, {dealer.street}, {dealer.postcode} {dealer.town}",
        description=texts.text("appointment.description", phone=dealer.phone),
    )


def _work(appointments: Iterable[Appointment], services: Mapping[str, ServiceDefinition], language: Language) -> str:
    known = ([name for name in one.services if name in services] for one in appointments if len(works_in(one)) == 1)
    named = [services[names[0]].name[language] for names in known if names]
    return ", ".join(dict.fromkeys(named)) or load("guildpost_agent", language).text("appointment.work")
