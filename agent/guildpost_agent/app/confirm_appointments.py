"""Enter the appointments that customers are to be told of; the plan sends them like an acute notice, at once."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.app.concerned import Changed
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.domain.appointment_news import APPOINTMENTS, KNOWN, Told, an_entry, news
from guildpost_agent.domain.exclusions import gone
from guildpost_agent.domain.records import Appointment
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.services.event_rules import ListRule

SOURCE: Final = "appointments"
_BEGUN: Final = "appointments/confirmed"


def confirms(service: ServiceDefinition) -> bool:
    """Say whether a service confirms appointments."""
    return isinstance(service.occasion, ListRule) and service.occasion.list_id == APPOINTMENTS


def confirm_appointments(
    open_uow: OpenUnitOfWork, services: Iterable[ServiceDefinition], now: datetime, zone: ZoneInfo
) -> Changed:
    """Enter what is new, moved or called off, and close what is over.

    What was booked before the service ran for the first time is known already and never told.

    Args:
        open_uow: opens a transaction.
        services: those that the dealer runs.
        now: the business clock.
        zone: the dealer's time zone.

    Returns:
        The vehicles to plan for.
    """
    confirming = [one.service_id for one in services if confirms(one)]
    if not confirming:
        return Changed()
    today = now.astimezone(zone).date()
    with open_uow() as uow:
        kept = [one for one in uow.lists.all() if one.entry.list_id == APPOINTMENTS]
        known = list(_with_vehicles(uow, today))
        if uow.documents.get(_BEGUN) is None:
            _begin(uow, known, now, today)
            uow.commit()
            return Changed()
        found = news(
            known,
            [one.entry for one in kept],
            frozenset(one.entry.reference for one in kept if one.done_on is None),
            _told(uow, confirming),
            now,
            today,
        )
        for entry in found.closed:
            uow.lists.done(APPOINTMENTS, entry.vehicle_id, today, entry.reference)
        uow.lists.add(found.new, SOURCE)
        uow.commit()
    return Changed(vehicles=frozenset(entry.vehicle_id for entry in (*found.new, *found.closed)))


def _begin(uow: UnitOfWork, known: Iterable[tuple[Appointment, str]], now: datetime, today: date) -> None:
    """Take what is booked as told."""
    for appointment, vehicle_id in known:
        if appointment.starts_at > now:
            entry = an_entry(appointment, vehicle_id, 0, today, KNOWN)
            uow.lists.add([entry], SOURCE)
            uow.lists.done(APPOINTMENTS, vehicle_id, today, entry.reference)
    uow.documents.put(_BEGUN, today.isoformat().encode("ascii"))


def _with_vehicles(uow: UnitOfWork, today: date) -> Iterator[tuple[Appointment, str]]:
    """Give each appointment its vehicle; one of a customer alone is about the only vehicle there is, or left out."""
    appointments = uow.records.appointments()
    alone = {one.customer_id for one in appointments if not one.vehicle_id}
    theirs: dict[str, list[str]] = {}
    for vehicle in uow.records.vehicles_of_customers(alone) if alone else ():
        if gone(vehicle, today) is None:
            theirs.setdefault(vehicle.customer_id, []).append(vehicle.vehicle_id)
    for one in appointments:
        vehicles = [one.vehicle_id] if one.vehicle_id else theirs.get(one.customer_id, [])
        if len(vehicles) == 1:
            yield one, vehicles[0]


def _told(uow: UnitOfWork, service_ids: Iterable[str]) -> Told:
    """Know by vehicle and day of entry whose message left, or may have left, in any brand's words."""
    left = [touchpoint for service_id in service_ids for touchpoint in uow.plans.left(service_id)]
    carried = uow.plans.some_occasions({one for touchpoint in left for one in touchpoint.bundled})
    told = {(touchpoint.vehicle_id, touchpoint.due_date) for touchpoint in left}
    told |= {(occasion.vehicle_id, occasion.due_date) for occasion in carried}
    return lambda entry: (entry.vehicle_id, entry.entered_on) in told
