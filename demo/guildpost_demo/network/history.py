"""What happened to a vehicle: inspections here and elsewhere, services, repairs; and what of it the system knows."""

# ruff: noqa: PLR2004 — shares and limits of an invented world are said where they act

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from guildpost_demo.network.dice import Dice
from guildpost_demo.network.people import DAYS_PER_YEAR
from guildpost_demo.network.records import Job, Vehicle
from guildpost_demo.network.vehicles import HU_INTERVALS, month_end, month_of

HISTORY_DAYS: Final = int(5 * DAYS_PER_YEAR)
Line = tuple[str, str, int]

HU_TEXTS: Final = ("HU/AU", "HAUPTUNTERSUCHUNG", "HU + AU durch Prüforganisation", "Hauptuntersuchung nach § 29 StVZO",
                   "TÜV / AU", "HU und Abgasuntersuchung durchgeführt")  # fmt: skip
SERVICE_TEXTS: Final = ("Inspektion", "INSPEKTION GROSS", "Inspektion mit Ölwechsel", "Wartung nach Herstellervorgabe",
                        "Service klein", "Jahresinspektion")  # fmt: skip
BRAKE_FLUID_TEXTS: Final = ("Bremsflüssigkeitswechsel", "WECHSEL DER BREMSFLÜSSIGKEIT",
                            "ENTLEERT U BEFUELLT BREMSKREISLAUF")  # fmt: skip
WHEEL_TEXTS: Final = ("Räderwechsel", "Radwechsel Sommer/Winter", "RAEDER UMSTECKEN + EINLAGERN")
REPAIR_TEXTS: Final = (
    "Bremsbeläge vorn ersetzt", "Bremsscheiben und -beläge hinten erneuert", "Batterie ersetzt", "Zahnriemen ersetzt",
    "Scheibenwischer ersetzt", "Stoßdämpfer hinten ersetzt", "Klimaanlage gewartet", "Leuchtmittel ersetzt",
    "Fehlerspeicher ausgelesen", "Auspuffanlage instandgesetzt", "Steinschlag repariert", "Achsvermessung",
    'Geräusch "klappern" VA geprüft', "Unfallschaden vorn links instandgesetzt", "Türschloss ersetzt; eingestellt",
    "Kunde wartet\nbitte Innenraum nicht saugen",
)  # fmt: skip


@dataclass(slots=True)
class Numbers:
    """Running numbers of one dealership's documents."""

    order: int = 200_000
    invoice: int = 500_000
    appointment: int = 30_000

    def next_order(self) -> int:
        """Take the next order number."""
        self.order += 1
        return self.order

    def next_invoice(self) -> int:
        """Take the next invoice number."""
        self.invoice += 1
        return self.invoice

    def next_appointment(self) -> int:
        """Take the next appointment number."""
        self.appointment += 1
        return self.appointment


def hu_lines(rng: Dice, fuel: str) -> list[Line]:
    """Write the labour lines of a periodic inspection."""
    text = "HU (Elektrofahrzeug)" if fuel == "Elektro" else rng.choice(HU_TEXTS)
    lines = [("HU0100", text, rng.randrange(9_500, 14_500))]
    if rng.happens(0.5):
        lines.append(_repair(rng))
    return lines


def service_lines(rng: Dice, fuel: str) -> list[Line]:
    """Write the labour lines of a service."""
    lines = [("IN0200", rng.choice(SERVICE_TEXTS), rng.randrange(14_000, 42_000))]
    if fuel not in {"Elektro", ""}:
        lines.append(("OL0210", "Motoröl und Filter gewechselt", rng.randrange(6_000, 14_000)))
    if rng.happens(0.4):
        lines.append(("BF0300", rng.choice(BRAKE_FLUID_TEXTS), rng.randrange(5_500, 9_900)))
    return lines


def _repair(rng: Dice) -> Line:
    return (f"RP{rng.randrange(1000, 9999)}", rng.choice(REPAIR_TEXTS), rng.randrange(2_500, 88_000))


def _inspections(rng: Dice, vehicle: Vehicle, today: int) -> list[int]:
    """Replay the true HU cycle: set the due month, return the days on which the vehicle was inspected since it came.

    There is no backdating since July 2012: the next period runs from the month actually inspected.
    """
    first, repeat = HU_INTERVALS[vehicle.kind]
    now = month_of(today)
    due = month_of(vehicle.first_registration) + first
    days = []
    while due <= now:
        late = rng.choices((-1, 0, 0, 0, 1, 2), (2, 3, 3, 3, 2, 1))[0]
        inspected = due + late
        day = month_end(inspected) - rng.randrange(28)
        if day >= today:
            break
        days.append(day)
        due = inspected + repeat
    vehicle.hu_due = due
    return [day for day in days if day >= vehicle.owned_since]


def _events(
    rng: Dice, vehicle: Vehicle, start: int, end: int, inspected: list[int]
) -> Iterator[tuple[int, list[Line]]]:
    """Draw what was done at this workshop between two days, as (day, labour lines)."""
    age = (end - vehicle.first_registration) / DAYS_PER_YEAR
    loyal = 0.88 if age < 6 else 0.72 if age < 10 else 0.55
    for day in inspected:
        if start <= day <= end and rng.happens(loyal * 0.85):
            yield day, hu_lines(rng, vehicle.fuel)
    service_gap = int(vehicle.model.service_months * 30.4)
    if vehicle.km_per_day:
        service_gap = min(service_gap, int(vehicle.model.service_km / vehicle.km_per_day))
    day = start + int(rng.random() * service_gap)
    while day <= end:
        if rng.happens(loyal) and vehicle.kind != "ANH":
            yield day, service_lines(rng, vehicle.fuel)
        day += int(service_gap * rng.uniform(0.85, 1.2)) + 1
    day = start + int(rng.expovariate(0.62 / DAYS_PER_YEAR))
    while day <= end:
        lines = (
            [("RD0400", rng.choice(WHEEL_TEXTS), rng.randrange(3_500, 6_900))] if rng.happens(0.4) else [_repair(rng)]
        )
        yield day, lines
        day += int(rng.expovariate(0.62 / DAYS_PER_YEAR)) + 20


def _job(rng: Dice, vehicle: Vehicle, numbers: Numbers, event: tuple[int, list[Line]], today: int) -> Job:
    day, lines = event
    km = int(vehicle.km - (today - day) * vehicle.km_per_day * rng.uniform(0.93, 1.07))
    invoiced = today - day > 4
    roll = rng.random()
    return Job(
        number=numbers.next_order(),
        day=day,
        km=max(km, 0) if roll < 0.797 else 0,
        customer=vehicle.customer,
        invoice=numbers.next_invoice() if invoiced else 0,
        invoice_day=min(day + rng.randrange(4), today) if invoiced else 0,
        invoice_kind="Garantie" if roll < 0.05 else "Intern" if roll < 0.07 else "Kunde",
        lines=tuple(lines),
    )


def add_history(rng: Dice, vehicle: Vehicle, numbers: Numbers, today: int, *, lapsed: bool) -> None:
    """Give a vehicle its jobs here, its true due dates, and what the management system says about it.

    Args:
        rng: the seeded generator.
        vehicle: is completed in place.
        numbers: the dealership's running numbers.
        today: the day of the export.
        lapsed: it came to this workshop once, but not for more than two years.
    """
    inspected = _inspections(rng, vehicle, today)
    if vehicle.active or lapsed:
        end = today if vehicle.active else today - rng.randrange(760, 1700)
        start = max(vehicle.owned_since, today - HISTORY_DAYS)
        events = sorted(_events(rng, vehicle, start, end, inspected), key=lambda event: event[0])
        if vehicle.active and not any(today - day < 720 for day, _ in events):
            events.append((today - rng.randrange(15, min(700, max(16, today - vehicle.owned_since))), [_repair(rng)]))
        vehicle.jobs = [_job(rng, vehicle, numbers, event, today) for event in events if event[0] < today]
    _set_service(rng, vehicle, today)
    _set_known(rng, vehicle, today, inspected)


def _set_service(rng: Dice, vehicle: Vehicle, today: int) -> None:
    gap = vehicle.model.service_months * 30
    last = [job.day for job in vehicle.jobs if any(line[0] == "IN0200" for line in job.lines)]
    vehicle.service_due = (last[-1] if last else today - rng.randrange(gap)) + gap


def _set_known(rng: Dice, vehicle: Vehicle, today: int, inspected: list[int]) -> None:
    """Fill what the system says: registration 97.9 %, mileage 90.3 %, HU 70.8 %, AU 61.9 %, next service 23.3 %."""
    here = [job for job in vehicle.jobs if job.lines[0][0] == "HU0100"]
    vehicle.dms_first_registration = rng.happens(0.979)
    with_km = [job for job in vehicle.jobs if job.km]
    if rng.happens(0.945) and vehicle.kind != "ANH":
        vehicle.dms_km_day = with_km[-1].day if with_km else vehicle.owned_since
        age_then = max(vehicle.dms_km_day - vehicle.first_registration, 10)
        vehicle.dms_km = with_km[-1].km if with_km else int(age_then * vehicle.km_per_day)
    vehicle.dms_hu = _known_hu(rng, vehicle, today, inspected, here)
    vehicle.dms_au = bool(vehicle.dms_hu) and vehicle.fuel not in {"Elektro", ""} and rng.happens(0.96)
    vehicle.dms_service = vehicle.service_due if rng.happens(0.42 if vehicle.active else 0.16) else 0
    if rng.happens(0.35):
        vehicle.warranty_end = vehicle.first_registration + (1095 if rng.happens(0.5) else 730)
    if not vehicle.active:
        roll = rng.random()
        vehicle.sold = vehicle.owned_since + int(rng.random() * (today - vehicle.owned_since)) if roll < 0.15 else 0
        vehicle.deregistered = today - rng.randrange(30, 2500) if 0.15 <= roll < 0.21 else 0
    elif rng.happens(0.02):
        vehicle.sold = today - rng.randrange(1, 200)


def _known_hu(rng: Dice, vehicle: Vehicle, today: int, inspected: list[int], here: list[Job]) -> int:
    """Give the HU month the system shows (0: none): current after an HU here, mostly long past otherwise."""
    roll = rng.random()
    if not vehicle.active:
        if roll >= 0.635:
            return 0
        first_due = month_of(vehicle.first_registration) + HU_INTERVALS[vehicle.kind][0]
        long_past = max(month_of(today) - rng.randrange(3, 90), first_due)
        return long_past if roll < 0.60 else vehicle.hu_due
    if roll >= 0.92:
        return 0
    current = not inspected or (here and here[-1].day >= inspected[-1] - 5)
    if current or rng.happens(0.6):
        return vehicle.hu_due
    return month_of(inspected[-1]) + rng.choice((-1, 0, 0))
