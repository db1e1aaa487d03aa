"""The dealership's front desk: takes bookings, works on cars, and lets the management system export the changes."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from guildpost_demo.network.dice import Dice
from guildpost_demo.network.export import appointment_row, drop, job_rows, vehicle_row
from guildpost_demo.network.history import hu_lines, service_lines
from guildpost_demo.network.records import Appointment, Job, Vehicle
from guildpost_demo.network.vehicles import HU_INTERVALS, month_of
from guildpost_demo.world.responses import NO_SHOW_RATE, Service

FIRST_APPOINTMENT: Final = 900_001
FIRST_ORDER: Final = 900_001
SLOTS: Final = tuple(range(7 * 60 + 30, 16 * 60, 30))
OCCASION_NAMES: Final[dict[Service, str]] = {"hu_au": "HU", "inspection": "Inspektion"}
SATURDAY: Final = 5
OPENS, CLOSES, CLOSES_SATURDAY = 7, 19, 13


@dataclass
class Booking:
    """A promised visit."""

    appointment: Appointment
    vehicle: Vehicle
    service: Service


@dataclass
class Desk:
    """One dealership's desk; rows wait here until the nightly export."""

    folder: Path
    rng: Dice
    holidays: frozenset[date] = frozenset()
    bookings: list[Booking] = field(default_factory=list)
    pending: dict[str, list[str]] = field(default_factory=lambda: {"termine": [], "auftraege": [], "fahrzeuge": []})
    visits: int = 0
    booked: int = 0
    walk_ins: int = 0

    def is_open(self, local: datetime) -> bool:
        """Say whether somebody answers the telephone: weekdays and Saturday mornings, not on public holidays."""
        day = local.date()
        if day.weekday() > SATURDAY or day in self.holidays:
            return False
        return OPENS <= local.hour < (CLOSES if day.weekday() < SATURDAY else CLOSES_SATURDAY)

    def book(self, vehicle: Vehicle, service: Service, today: date) -> Booking:
        """Give an appointment three to sixteen days ahead on a working day and note it for the next export."""
        day = today + timedelta(days=self.rng.randrange(3, 17))
        while day.weekday() >= SATURDAY or day in self.holidays:
            day += timedelta(days=1)
        appointment = Appointment(
            number=FIRST_APPOINTMENT + self.booked,
            customer=vehicle.customer,
            vehicle=vehicle.number,
            day=day.toordinal(),
            minute=self.rng.choice(SLOTS),
            occasion=OCCASION_NAMES[service],
            status="geplant",
            created=today.toordinal(),
        )
        self.booked += 1
        booking = Booking(appointment, vehicle, service)
        self.bookings.append(booking)
        self.pending["termine"].append(appointment_row(appointment))
        return booking

    def walk_in(self, vehicle: Vehicle, service: Service, today: date) -> None:
        """Serve somebody who comes without an appointment."""
        self.walk_ins += 1
        self._work(vehicle, service, today)

    def close_day(self, today: date) -> None:
        """Finish today's appointments: most come and are served, a few do not show up."""
        todays = [booking for booking in self.bookings if booking.appointment.day <= today.toordinal()]
        self.bookings = [booking for booking in self.bookings if booking.appointment.day > today.toordinal()]
        for booking in todays:
            shown = not self.rng.happens(NO_SHOW_RATE)
            booking.appointment.status = "erledigt" if shown else "nicht erschienen"
            self.pending["termine"].append(appointment_row(booking.appointment))
            if shown:
                self._work(booking.vehicle, booking.service, today)

    def _work(self, vehicle: Vehicle, service: Service, today: date) -> None:
        day = today.toordinal()
        number = FIRST_ORDER + self.visits
        self.visits += 1
        km = max(vehicle.dms_km, int((day - vehicle.first_registration) * vehicle.km_per_day))
        lines = (hu_lines if service == "hu_au" else service_lines)(self.rng, vehicle.fuel)
        job = Job(number, day, km, vehicle.customer, number, day, "Kunde", tuple(lines))
        self.pending["auftraege"] += job_rows(self.rng, job, vehicle.number)
        vehicle.dms_km, vehicle.dms_km_day = km, day
        if service == "hu_au":
            vehicle.hu_due = vehicle.dms_hu = month_of(day) + HU_INTERVALS[vehicle.kind][1]
        else:
            vehicle.service_due = day + vehicle.model.service_months * 30
            vehicle.dms_service = vehicle.service_due if vehicle.dms_service else 0
        self.pending["fahrzeuge"].append(vehicle_row(self.rng, vehicle, pristine=True))

    def export(self, day: date) -> list[Path]:
        """Write what changed since the last export into the drop folder, vehicles first."""
        written = []
        for kind in ("fahrzeuge", "auftraege", "termine"):
            if self.pending[kind]:
                written.append(drop(self.folder, kind, day, self.pending[kind]))
                self.pending[kind] = []
        return written
