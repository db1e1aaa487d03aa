"""The workshop's appointments: which were called off, and which lie ahead for a service of a vehicle.

An appointment is for work, whichever brand's service asks for it: services of one signed name are one work.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from guildpost_agent.domain.brands import signed_name
from guildpost_agent.domain.records import Appointment

CANCELLED: Final = "entfallen"
"""The status of an appointment that is called off or no longer there, whatever its source calls it."""
_CALLED_OFF: Final = ("storn", "abgesagt", "absage", "cancel", "gelöscht", "entfallen")


def is_cancelled(appointment: Appointment) -> bool:
    """Say whether an appointment was called off."""
    return any(word in appointment.status.casefold() for word in _CALLED_OFF)


def works_in(appointment: Appointment) -> frozenset[str]:
    """Name the works that an appointment is for."""
    return frozenset(map(signed_name, appointment.services))


def open_appointment(appointments: Iterable[Appointment], service_id: str | None, now: datetime) -> Appointment | None:
    """Find the next appointment for a service that lies ahead.

    Args:
        appointments: those that concern the vehicle.
        service_id: what it must be for; None where any will do.
        now: the business clock.
    """
    work = None if service_id is None else signed_name(service_id)
    wanted = (a for a in appointments if work is None or (work in a.occasion and work in works_in(a)))
    ahead = (a for a in wanted if a.starts_at >= now and not is_cancelled(a))
    return min(ahead, key=lambda appointment: (appointment.starts_at, appointment.appointment_id), default=None)


class AppointmentBook:
    """All appointments by vehicle; those without a vehicle concern every vehicle of their customer."""

    def __init__(self, appointments: Iterable[Appointment]) -> None:
        self._by_vehicle: defaultdict[str, list[Appointment]] = defaultdict(list)
        self._by_customer: defaultdict[str, list[Appointment]] = defaultdict(list)
        for appointment in appointments:
            if appointment.vehicle_id:
                self._by_vehicle[appointment.vehicle_id].append(appointment)
            else:
                self._by_customer[appointment.customer_id].append(appointment)

    def concerning(self, vehicle_id: str, customer_id: str) -> Sequence[Appointment]:
        """List the appointments that may concern a vehicle of a customer."""
        of_vehicle, of_customer = self._by_vehicle.get(vehicle_id, ()), self._by_customer.get(customer_id)
        return (*of_vehicle, *of_customer) if of_customer else of_vehicle
