r"""Write a dealership's exports as its management system does.

Windows-1252, semicolons, decimal commas, ``dd.mm.yyyy``, CRLF; a file is written under a temporary name and renamed,
so the agent never sees half of one.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Final, TextIO

from guildpost_demo.network.dealers import DealerProfile
from guildpost_demo.network.dice import Dice, dice
from guildpost_demo.network.dirt import break_row, soil_customer, soil_plate
from guildpost_demo.network.records import Appointment, Customer, Household, Job, Vehicle

ENCODING: Final = "cp1252"
_EXPORT_HOUR: Final = time(2)
"""When a management system writes its exports, UTC: before anybody works."""
HEADERS: Final = {
    "kunden": "Kundennummer;Anrede;Titel;Vorname;Name1;Name2;Strasse;PLZ;Ort;Land;Telefon privat;Telefon gesch.;Mobil;"
    "E-Mail;Geburtsdatum;Werbesperre;DSE E-Mail;DSE Telefon;DSE Datum;DSE Quelle;Kundenart;Lieferant;Angelegt am",
    "fahrzeuge": "Fahrzeugnummer;Kundennummer;FIN;Kennzeichen;Marke;Modell;Fahrzeugart;Kraftstoff;HSN;TSN;"
    "Erstzulassung;KM-Stand;KM-Datum;Nächste HU;Nächste AU;Nächster Service;Garantieende;Abgemeldet am;Verkauft am",
    "auftraege": "Auftragsnummer;Auftragsdatum;Fahrzeugnummer;Kundennummer;KM-Stand;Rechnungsnummer;Rechnungsdatum;"
    "Rechnungsart;Arbeitsposition;Text;Betrag netto",
    "termine": "Terminnummer;Kundennummer;Fahrzeugnummer;Termin am;Uhrzeit;Anlass;Status;Angelegt am",
}
BROKEN_SHARE: Final = 0.0012


@dataclass
class Written:
    """How many data rows each file got (broken ones included), and how many of them are broken on purpose."""

    customers: int = 0
    vehicles: int = 0
    job_lines: int = 0
    appointments: int = 0
    broken: int = 0


@lru_cache(maxsize=40_000)
def day_text(day: int) -> str:
    """Write a day number as ``dd.mm.yyyy``; nothing for zero."""
    return date.fromordinal(day).strftime("%d.%m.%Y") if day else ""


@lru_cache(maxsize=4_000)
def month_text(month: int, style: int) -> str:
    """Write a month number as ``MM/yyyy`` or, in style 1, as a day (which means the month all the same)."""
    if not month:
        return ""
    year, index = divmod(month, 12)
    return f"01.{index + 1:02d}.{year}" if style else f"{index + 1:02d}/{year}"


def money(cents: int) -> str:
    """Write net cents with decimal comma and thousands dot."""
    euros, rest = divmod(cents, 100)
    return f"{euros:,}".replace(",", ".") + f",{rest:02d}"


def kilometres(rng: Dice, km: int) -> str:
    """Write a mileage, now and then with a thousands dot."""
    return f"{km:,}".replace(",", ".") if rng.happens(0.3) else str(km)


def _flag(value: bool) -> str:  # noqa: FBT001 — the value is the argument
    return "J" if value else ""


def _names(rng: Dice, customer: Customer) -> tuple[str, str, str, str, str]:
    """Write salutation, title, given name, name 1 and name 2."""
    if customer.is_business:
        contact = f"z. Hd. {customer.given} {customer.family}" if rng.happens(0.2) else ""
        return ("FIRMA" if rng.happens(0.2) else "Firma", "", "", customer.company, contact)
    if customer.partner:
        joined = f"{customer.given} {rng.choice(('und', 'u.', '+'))} {customer.partner}"
        return (rng.choice(("Eheleute", "Familie", "Fam.")), customer.title, joined, customer.family, "")
    return ("Frau" if customer.sex == "f" else "Herr", customer.title, customer.given, customer.family, "")


def customer_row(rng: Dice, customer: Customer, own_domain: str) -> str:
    """Write one row of ``kunden.csv``."""
    asked = bool(customer.consent_day) or rng.happens(0.1)
    row = [
        str(customer.number),
        *_names(rng, customer),
        f"{customer.street} {customer.house}",
        customer.place.postcode,
        customer.place.town,
        rng.choice(("D", "D", "DE", "", "Deutschland")),
        customer.phone,
        customer.work_phone,
        customer.mobile,
        customer.email,
        day_text(customer.born) if not customer.is_business and rng.happens(0.6) else "",
        "J" if customer.advertising_block else ("N" if rng.happens(0.5) else ""),
        "J" if customer.consent_email else ("N" if asked else ""),
        "J" if customer.consent_phone else ("N" if asked else ""),
        day_text(customer.consent_day),
        customer.consent_source,
        "G" if customer.is_business else "P",
        _flag(customer.is_supplier),
        day_text(customer.created),
    ]
    soil_customer(rng, row, customer, own_domain)
    return ";".join(f'"{text}"' if ";" in text else text for text in row)


def vehicle_row(rng: Dice, vehicle: Vehicle, *, pristine: bool = False) -> str:
    """Write one row of ``fahrzeuge.csv``; lost zeros, junk dates and loose plates included unless pristine."""
    style = 0 if rng.happens(0.65) else 1
    lost = not pristine and rng.happens(0.12)
    odd_date = rng.choice(("00.00.0000", "31.12.2099")) if not pristine and rng.happens(0.02) else ""
    model = vehicle.model
    return ";".join(
        (
            str(vehicle.number),
            str(vehicle.customer),
            vehicle.vin if pristine or rng.happens(0.98) else "",
            vehicle.plate if pristine else soil_plate(rng, vehicle.plate),
            model.make.upper() if rng.happens(0.1) else model.make,
            model.name,
            vehicle.kind,
            vehicle.fuel,
            model.hsn.lstrip("0") if lost else model.hsn,
            model.tsn.lstrip("0") if lost else model.tsn,
            day_text(vehicle.first_registration) if vehicle.dms_first_registration else odd_date,
            kilometres(rng, vehicle.dms_km) if vehicle.dms_km else rng.choice(("", "0")),
            day_text(vehicle.dms_km_day),
            month_text(vehicle.dms_hu, style),
            month_text(vehicle.dms_hu, style) if vehicle.dms_au else "",
            day_text(vehicle.dms_service),
            day_text(vehicle.warranty_end) or odd_date,
            day_text(vehicle.deregistered),
            day_text(vehicle.sold),
        )
    )


def job_rows(rng: Dice, job: Job, vehicle: int) -> Iterator[str]:
    """Write the rows of one job card: one per labour line."""
    head = (
        f"{job.number};{day_text(job.day)};{vehicle};{job.customer};{kilometres(rng, job.km)};"
        f"{job.invoice or ''};{day_text(job.invoice_day)};{job.invoice_kind if job.invoice else ''}"
    )
    for operation, text, cents in job.lines:
        quoted = f'"{text.replace(chr(34), chr(34) * 2)}"' if ";" in text or "\n" in text else text
        yield f"{head};{operation};{quoted};{money(cents)}"


def appointment_row(appointment: Appointment) -> str:
    """Write one row of ``termine.csv``."""
    hour, minute = divmod(appointment.minute, 60)
    return (
        f"{appointment.number};{appointment.customer};{appointment.vehicle};{day_text(appointment.day)};"
        f"{hour:02d}:{minute:02d};{appointment.occasion};{appointment.status};{day_text(appointment.created)}"
    )


@contextmanager
def _replacing(path: Path, kind: str, day: date | None) -> Iterator[TextIO]:
    """Write a file that appears whole, as old as the simulated day: agents tell by that how fresh their data are."""
    temporary = path.with_name(f".{path.name}.part")
    with temporary.open("w", encoding=ENCODING, newline="\r\n") as file:
        file.write(HEADERS[kind] + "\n")
        yield file
        file.flush()
        os.fsync(file.fileno())
    if day is not None:
        written = datetime.combine(day, _EXPORT_HOUR, UTC).timestamp()
        os.utime(temporary, (written, written))
    temporary.replace(path)


class _Rows:
    """Writes rows, a few of them broken."""

    def __init__(self, file: TextIO, rng: Dice, written: Written) -> None:
        self._file, self._rng, self._written = file, rng, written

    def add(self, line: str, *, whole: bool = True) -> None:
        if not whole and self._rng.happens(BROKEN_SHARE):
            line = break_row(self._rng, line)
            self._written.broken += 1
        self._file.write(line + "\n")


def export(
    folder: Path, profile: DealerProfile, source: Iterable[Household], seed: int, day: date | None = None
) -> Written:
    """Write the four export files of a dealership, streaming (nothing is kept in memory).

    Args:
        folder: the drop folder; it is made if it is missing.
        profile: the dealership.
        source: its households.
        seed: decides the dirt; the same seed writes the same bytes.
        day: the simulated day on which the system writes them; None: today.

    Returns:
        What was written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = dice(seed, profile.key, "dirt")
    written = Written()
    with ExitStack() as stack:
        files = {kind: stack.enter_context(_replacing(folder / f"{kind}.csv", kind, day)) for kind in HEADERS}
        rows = {kind: _Rows(file, rng, written) for kind, file in files.items()}
        for household in source:
            _write_household(rng, rows, household, profile.email_domain, written)
    return written


def _write_household(
    rng: Dice, rows: dict[str, _Rows], household: Household, own_domain: str, written: Written
) -> None:
    whole = household.customer.pristine
    for customer in (household.customer, *household.doubles):
        rows["kunden"].add(customer_row(rng, customer, own_domain), whole=whole)
        written.customers += 1
    for vehicle in household.vehicles:
        rows["fahrzeuge"].add(vehicle_row(rng, vehicle, pristine=whole), whole=whole)
        written.vehicles += 1
        for job in vehicle.jobs:
            for line in job_rows(rng, job, vehicle.number):
                rows["auftraege"].add(line, whole=whole)
                written.job_lines += 1
    for appointment in household.appointments:
        rows["termine"].add(appointment_row(appointment))
        written.appointments += 1


def drop(folder: Path, kind: str, day: date, lines: Iterable[str]) -> Path:
    """Write an incremental export (``termine_20270315.csv``) into the drop folder.

    Args:
        folder: the drop folder.
        kind: kunden, fahrzeuge, auftraege or termine.
        day: the business day, part of the name.
        lines: finished rows.

    Returns:
        The file.
    """
    path = folder / f"{kind}_{day:%Y%m%d}.csv"
    with _replacing(path, kind, day) as file:
        file.writelines(line + "\n" for line in lines)
    return path
