"""Which booking answers which message: by person, vehicle and occasion, not by click alone.

booking     an appointment that was not called off, on the day on which it was made; or a job card of the service's
            work, for those who came without one. The job card of an appointment's visit is no second booking
message     answered by a booking of its own occasion, or of one that it carries along, from the day on which it
            left to the last day of the channel's window; an appointment without a vehicle may be about any
last one    of several messages the last one before the booking has it
once        a booking answers one message for each service, and a message has one booking: the first
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.domain.appointments import is_cancelled, works_in
from guildpost_agent.domain.brands import signed_name
from guildpost_agent.domain.records import Appointment, Job, Touchpoint
from guildpost_agent.domain.service_work import answers
from guildpost_shared.services.definition import ServiceDefinition

Subject = tuple[str, str, str]
"""Person, vehicle (empty: any), work (``appointments.works_in``)."""
Key = tuple[str, str]
"""What a booking is counted by: the record it rests on, and the work."""
SAME_VISIT_DAYS: Final = 3
"""Job cards are opened some days before or after the appointment's day."""


@dataclass(frozen=True)
class Sent:
    """A message that left.

    Attributes:
        touchpoint: which.
        left: when.
        window_days: for so many days a booking counts as its answer.
        subjects: whom and what it was about, what it carries along included.
    """

    touchpoint: Touchpoint
    left: datetime
    window_days: int
    subjects: frozenset[Subject] = field(default_factory=frozenset)

    @property
    def about(self) -> frozenset[Subject]:
        """Whom and what it was about; its own occasion where nothing else is said."""
        t = self.touchpoint
        return self.subjects or frozenset({(t.customer_id, t.vehicle_id, signed_name(t.service_id))})


@dataclass(frozen=True, order=True)
class Booking:
    """Somebody asked for a service on a day, by an appointment or by simply coming; ``reference`` names the record."""

    made_on: date
    reference: str
    subject: Subject

    @property
    def key(self) -> Key:
        """What it is counted by."""
        return self.reference, self.subject[2]


def same_person(customer_id: str) -> str:
    """Take every customer number for a person of its own."""
    return customer_id


def reference_of(appointment: Appointment) -> str:
    """Name an appointment as a booking's record."""
    return f"appointment {appointment.appointment_id}"


def bookings_of(
    appointments: Iterable[Appointment],
    jobs: Iterable[Job],
    services: Iterable[ServiceDefinition],
    zone: ZoneInfo,
    person_of: Callable[[str], str] = same_person,
) -> list[Booking]:
    """List the bookings, oldest first.

    Args:
        appointments: all; those called off count as none.
        jobs: all labour lines.
        services: those whose work is looked for.
        zone: the dealer's, in which an appointment has its day.
        person_of: the person behind a customer number.
    """
    found: set[Booking] = set()
    visits: defaultdict[Subject, list[date]] = defaultdict(list)
    for a in appointments:
        for work in () if is_cancelled(a) else works_in(a):
            subject = (person_of(a.customer_id), a.vehicle_id, work)
            found.add(Booking(a.created_on, reference_of(a), subject))
            visits[subject].append(a.starts_at.astimezone(zone).date())
    running = tuple(services)
    for job in jobs:
        for service in running:
            if not answers(service, job):
                continue
            subject = (person_of(job.customer_id), job.vehicle_id, signed_name(service.service_id))
            days = (*visits.get(subject, ()), *visits.get((subject[0], "", subject[2]), ()))
            if not any(abs((day - job.order_date).days) <= SAME_VISIT_DAYS for day in days):
                found.add(Booking(job.order_date, f"order {job.order_number}", subject))
    return sorted(found)


def attribute(
    sent: Iterable[Sent], bookings: Iterable[Booking], zone: ZoneInfo, settled: Mapping[str, str] | None = None
) -> list[tuple[Sent, Booking]]:
    """Pair messages with the first booking each of them brought.

    Args:
        sent: messages that left, in any order.
        bookings: oldest first.
        zone: the dealer's time zone, in which days are counted.
        settled: the records of bookings by the touchpoints that have them already; both are left alone.

    Returns:
        At most one booking per message and one message per booking, the last one before it.
    """
    settled = settled or {}
    by_subject: defaultdict[Subject, list[tuple[date, Sent]]] = defaultdict(list)
    counted: set[Key] = set()
    for message in sent:
        about = message.about
        for person, vehicle, service in {*about, *((person, "", service) for person, _, service in about)}:
            by_subject[person, vehicle, service].append((message.left.astimezone(zone).date(), message))
        record = settled.get(message.touchpoint.touchpoint_id)
        counted |= set() if record is None else {(record, service) for _, _, service in about}
    pairs: dict[str, tuple[Sent, Booking]] = {}
    for booking in bookings:
        if booking.key in counted:
            continue
        before = [
            (day, message)
            for day, message in by_subject.get(booking.subject, ())
            if day <= booking.made_on <= day + timedelta(days=message.window_days)
        ]
        if before:
            _, last = max(before, key=lambda entry: (entry[1].left, entry[1].touchpoint.touchpoint_id))
            name = last.touchpoint.touchpoint_id
            if name not in settled and name not in pairs:
                pairs[name] = (last, booking)
                counted.add(booking.key)
    return list(pairs.values())
