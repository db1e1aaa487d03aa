"""What is really so at one dealership: customers, vehicles, who intends to come, and how to recognise an addressee."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from guildpost_demo.network.dealers import DealerProfile
from guildpost_demo.network.dice import Dice
from guildpost_demo.network.people import DAYS_PER_YEAR
from guildpost_demo.network.records import Customer, Household, Vehicle
from guildpost_demo.network.vehicles import month_end
from guildpost_demo.world.responses import Service, base_visit, shifted

POSTCODE: Final = re.compile(r"\b(\d{5})\b")
UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
INSPECTION_BASE: Final = 0.55
HORIZON_DAYS: Final = 130


@dataclass
class Intent:
    """A visit somebody has in mind without any contact: booked by phone on a day unless something comes before."""

    vehicle: Vehicle
    household: Household
    service: Service
    book_on: int


@dataclass
class DealerWorld:
    """The truth of one dealership, with the lookups the customers' simulation needs."""

    profile: DealerProfile
    households: list[Household]
    by_email: dict[str, Household] = field(default_factory=dict)
    by_postcode: dict[str, list[Household]] = field(default_factory=lambda: defaultdict(list))
    intents: dict[tuple[int, Service], Intent] = field(default_factory=dict)
    booked: set[tuple[int, Service]] = field(default_factory=set)

    def add(self, household: Household, start: date, rng: Dice) -> None:
        """Take a household in; its past jobs are dropped, the exports have them."""
        for vehicle in household.vehicles:
            vehicle.jobs.clear()
            if vehicle.active and not (vehicle.sold or vehicle.deregistered):
                for intent in _intents(rng, household, vehicle, start.toordinal(), self.profile.base_shift):
                    self.intents[vehicle.number, intent.service] = intent
        for appointment in household.appointments:
            if appointment.status == "geplant":
                self.booked.add((appointment.vehicle, "hu_au" if appointment.occasion == "HU" else "inspection"))
        self.households.append(household)
        self.by_postcode[household.customer.place.postcode].append(household)
        if household.customer.email:
            self.by_email.setdefault(household.customer.email.lower(), household)

    def watching(self, source: Iterable[Household], start: date, rng: Dice) -> Iterator[Household]:
        """Hand households on (to the export), taking each in afterwards."""
        for household in source:
            yield household
            self.add(household, start, rng)


def squeeze(text: str) -> str:
    """Reduce a text to letters and digits as any spelling of it would: ``Linden Str. 1`` equals ``Lindenstraße 1``."""
    plain = re.sub(r"[^a-z0-9]", "", text.lower().translate(UMLAUTS))
    return plain.replace("strasse", "str")


def _intents(rng: Dice, household: Household, vehicle: Vehicle, start: int, shift: float) -> Iterable[Intent]:
    """Draw who comes anyway: at a due inspection by vehicle age, at a due service for about half.

    Dealers differ by ``shift`` (log-odds).
    """
    due = month_end(vehicle.hu_due)
    age = (due - vehicle.first_registration) / DAYS_PER_YEAR
    if start <= due <= start + HORIZON_DAYS and rng.happens(shifted(base_visit(age), shift)):
        yield Intent(vehicle, household, "hu_au", max(start, due - int(rng.gauss(20, 16))))
    if start <= vehicle.service_due <= start + HORIZON_DAYS and rng.happens(shifted(INSPECTION_BASE, shift)):
        yield Intent(vehicle, household, "inspection", max(start, vehicle.service_due - int(rng.gauss(8, 20))))


def dead_addresses(worlds: Iterable[DealerWorld]) -> list[str]:
    """List the e-mail addresses that exist no more."""
    return sorted(h.customer.email.lower() for w in worlds for h in w.households if h.customer.email_dead)


def addressee(world: DealerWorld, page_text: str) -> Household | None:
    """Recognise who a letter goes to: postcode, street and name all stand on it, however they are spelt."""
    squeezed = squeeze(page_text)
    for postcode in dict.fromkeys(POSTCODE.findall(page_text)):
        for household in world.by_postcode.get(postcode, []):
            customer = household.customer
            if squeeze(customer.street_line) in squeezed and squeeze(_name(customer)) in squeezed:
                return household
    return None


def _name(customer: Customer) -> str:
    return customer.company or customer.family


def concerned(household: Household, text: str, service: Service) -> Vehicle | None:
    """Find the vehicle a message is about: its plate stands in the text, or else the one whose date is next."""
    squeezed = squeeze(text)
    for vehicle in household.vehicles:
        if squeeze(vehicle.plate) in squeezed:
            return vehicle
    return min(
        household.vehicles,
        key=lambda v: (not v.active, month_end(v.hu_due) if service == "hu_au" else v.service_due),
        default=None,
    )


def service_of(subject: str, text: str) -> Service:
    """Tell from its words what a message is about: the subject decides, else whichever is named first."""
    for words in (subject, text):
        main = re.search(r"\bHU\b|Hauptuntersuchung", words)
        inspection = re.search(r"Inspektion", words)
        if main and inspection:
            return "hu_au" if main.start() < inspection.start() else "inspection"
        if main or inspection:
            return "hu_au" if main else "inspection"
    return "hu_au"
