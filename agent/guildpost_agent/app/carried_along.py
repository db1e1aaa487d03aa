"""What a message carries along besides its own occasion, as far as it still holds when the message is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from guildpost_agent.app.ports.reading import Reading
from guildpost_agent.domain.exclusions import booked_or_done, gone
from guildpost_agent.domain.records import Occasion, Touchpoint, Vehicle
from guildpost_agent.domain.service_work import answers, counts_from, done_within_days
from guildpost_agent.domain.vehicle_lists import contract_lists
from guildpost_shared.services.definition import ServiceDefinition


@dataclass(frozen=True)
class Carried:
    """Another occasion of the same customer, and its vehicle."""

    occasion: Occasion
    vehicle: Vehicle


def carried_along(
    uow: Reading, touchpoint: Touchpoint, services: Mapping[str, ServiceDefinition], now: datetime, zone: tzinfo
) -> list[Carried]:
    """List what is still due of what a touchpoint carries along; sold, booked and done is left out.

    Args:
        uow: an open transaction.
        touchpoint: the message.
        services: those in force.
        now: the business clock.
        zone: the dealer's time zone.
    """
    found = []
    today = now.astimezone(zone).date()
    for occasion_id in touchpoint.bundled:
        occasion = uow.plans.occasion(occasion_id)
        service = services.get(occasion.service_id) if occasion is not None else None
        if occasion is None or service is None:
            continue
        vehicle = uow.records.vehicle(occasion.vehicle_id)
        if vehicle is None or gone(vehicle, today) or vehicle.customer_id != touchpoint.customer_id:
            continue
        jobs = uow.records.jobs_of(vehicle.vehicle_id, counts_from(service, occasion.due_date))
        done = [job.order_date for job in jobs if answers(service, job)]
        signed = uow.lists.closed(contract_lists([service]), [vehicle.vehicle_id])
        done += [kept.done_on for kept in signed if kept.done_on is not None]
        appointments = uow.records.appointments_of(vehicle.vehicle_id)
        last = max(done, default=None)
        if booked_or_done(occasion, appointments, last, now, done_within_days(service)) is None:
            found.append(Carried(occasion, vehicle))
    return found


def words_of_list(uow: Reading, occasion: Occasion) -> str:
    """Give the words that the list holds for the vehicle of an occasion; nothing where no list made it due."""
    if occasion.source != "list":
        return ""
    words = [entry.text for entry in uow.lists.open_on(occasion.vehicle_id) if entry.text]
    return words[-1] if words else ""
