"""Which booking answers which message (by customer, vehicle and occasion, not by click alone)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from guildpost_agent.domain.appointments import is_cancelled
from guildpost_agent.domain.records import Appointment, Job, Touchpoint
from guildpost_agent.domain.service_work import answers
from guildpost_shared.services.definition import ServiceDefinition

Subject = tuple[str, str, str]
"""Customer, vehicle, service."""


@dataclass(frozen=True)
class Sent:
    """A message that left, when, and for how many days a booking counts as its answer."""

    touchpoint: Touchpoint
    left: datetime
    window_days: int

    @property
    def subject(self) -> Subject:
        """Whom and what it was about."""
        return self.touchpoint.customer_id, self.touchpoint.vehicle_id, self.touchpoint.service_id


@dataclass(frozen=True, order=True)
class Booking:
    """Somebody asked for a service on a day, by an appointment or by simply coming; ``reference`` names the record."""

    made_on: date
    reference: str
    subject: Subject


def bookings_of(
    appointments: Iterable[Appointment], jobs: Iterable[Job], services: Iterable[ServiceDefinition]
) -> list[Booking]:
    """List the bookings, oldest first; a job card counts too, for those who came without an appointment.

    Args:
        appointments: all; those called off count as none.
        jobs: all labour lines.
        services: those whose work is looked for.
    """
    found = {
        Booking(a.created_on, f"appointment {a.appointment_id}", (a.customer_id, a.vehicle_id, a.occasion))
        for a in appointments
        if a.occasion and not is_cancelled(a)
    }
    running = tuple(services)
    for job in jobs:
        for service in running:
            if answers(service, job):
                subject = (job.customer_id, job.vehicle_id, service.service_id)
                found.add(Booking(job.order_date, f"order {job.order_number}", subject))
    return sorted(found)


def attribute(sent: Iterable[Sent], bookings: Iterable[Booking], zone: ZoneInfo) -> list[tuple[Sent, Booking]]:
    """Pair messages with the first booking each of them brought.

    Args:
        sent: messages that left, in any order.
        bookings: oldest first.
        zone: the dealer's time zone, in which days are counted.

    Returns:
        At most one booking per message and one message per booking, the last one before it.
    """
    by_subject: defaultdict[Subject, list[tuple[date, Sent]]] = defaultdict(list)
    for message in sent:
        by_subject[message.subject].append((message.left.astimezone(zone).date(), message))
    pairs: dict[str, tuple[Sent, Booking]] = {}
    for booking in bookings:
        answered = [
            (day, message)
            for day, message in by_subject.get(booking.subject, ())
            if day <= booking.made_on <= day + timedelta(days=message.window_days)
        ]
        if answered:
            _, last = max(answered, key=lambda entry: (entry[1].left, entry[1].touchpoint.touchpoint_id))
            pairs.setdefault(last.touchpoint.touchpoint_id, (last, booking))
    return list(pairs.values())
