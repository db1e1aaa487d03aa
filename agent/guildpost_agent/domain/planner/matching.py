"""Whom a planner's event concerns: by what identifies a vehicle or a customer, and never by a guess.

    1. each key that the event bears names some vehicles (VIN, plate, vehicle number) or customers (customer number)
    2. a key that nobody has tells nothing; what the others name in common is meant, and nothing in common is CONFLICT
    3. of several with one plate (a plate moves on) those whose keeper's name is in the event are meant
    4. without any such key a phone number counts, of several customers who share it again those named
    5. a customer's only vehicle is meant, several leave the vehicle open; several customers are AMBIGUOUS

A name alone identifies nobody. In free text a plate is written with a gap (``LA-AB 12``), a VIN in its seventeen
characters, a customer number behind a word that says so (``Kd.-Nr. 4711``).
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from guildpost_agent.domain.normalise import Unreadable
from guildpost_agent.domain.normalise_phones import read_phones
from guildpost_agent.domain.normalise_vehicles import plate_key, read_vin
from guildpost_agent.domain.planner.events import PlannedEvent
from guildpost_agent.domain.records import Customer, Vehicle

_Pair = tuple[str, str]
"""A customer's number and a vehicle's; the vehicle is empty where only the customer is named."""
_PLATE: Final = re.compile(r"(?<![\w-])[A-ZÄÖÜ]{1,3}[- ][A-Z]{1,2}[- ]?\d{1,4}[EH]?(?![\w-])")
_VIN: Final = re.compile(r"(?<!\w)[A-HJ-NPR-Z0-9]{17}(?!\w)")
_NUMBER: Final = re.compile(
    r"(?<!\w)(?:kd|kunden?|debitor(?:en)?|customer)[.\s-]*(?:nr|nummer|no|number|#)[.:#\s-]*([A-Z]{0,3}\d[\w/-]{0,38})",
    re.IGNORECASE,
)
_PHONE: Final = re.compile(r"(?<![\w+])(?:\+|00?)[1-9][\d ()/-]{5,18}\d(?!\w)")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")


class Unmatched(StrEnum):
    """Why an event concerns nobody we know."""

    NO_KEY = "NO_KEY"
    UNKNOWN = "UNKNOWN"
    AMBIGUOUS = "AMBIGUOUS"
    CONFLICT = "CONFLICT"
    SERIES = "SERIES"


@dataclass(frozen=True)
class Match:
    """Whom an event concerns; the vehicle may be open."""

    customer_id: str
    vehicle_id: str


class Directory:
    """Customers and vehicles by what identifies them."""

    def __init__(self, customers: Iterable[Customer], vehicles: Iterable[Vehicle]) -> None:
        self._names: dict[str, frozenset[str]] = {}
        self._customers: defaultdict[str, set[_Pair]] = defaultdict(set)
        self._phones: defaultdict[str, set[_Pair]] = defaultdict(set)
        self._vehicles: defaultdict[str, set[_Pair]] = defaultdict(set)
        self._plates: defaultdict[str, set[_Pair]] = defaultdict(set)
        self._vins: defaultdict[str, set[_Pair]] = defaultdict(set)
        self._garages: defaultdict[str, set[str]] = defaultdict(set)
        for customer in customers:
            number = customer.customer_id
            self._customers[number].add((number, ""))
            self._names[number] = _words(customer.family_name or customer.company)
            for phone in filter(None, (customer.phone, customer.mobile)):
                self._phones[phone].add((number, ""))
        for vehicle in vehicles:
            if vehicle.customer_id not in self._names or vehicle.in_stock:
                continue
            pair = (vehicle.customer_id, vehicle.vehicle_id)
            self._vehicles[vehicle.vehicle_id].add(pair)
            self._garages[vehicle.customer_id].add(vehicle.vehicle_id)
            if key := plate_key(vehicle.plate):
                self._plates[key].add(pair)
            if vehicle.vin:
                self._vins[vehicle.vin].add(pair)

    def match(self, event: PlannedEvent) -> Match | Unmatched:
        """Find whom an event concerns."""
        if event.repeats:
            return Unmatched.SERIES
        text = f"{event.name} {event.text}"
        keys = list(self._strong(event, text))
        named = [found for found in keys if found]
        if named:
            return self._meant(_common(named), text)
        numbers = list(_phone_numbers(event.phone, event.text))
        callers = set[_Pair]().union(*(self._phones.get(number, ()) for number in numbers))
        if callers:
            return self._meant(callers, text)
        return Unmatched.UNKNOWN if keys or numbers else Unmatched.NO_KEY

    def _strong(self, event: PlannedEvent, text: str) -> Iterable[set[_Pair]]:
        """Give what each vehicle's or customer's key of an event names."""
        for vin in filter(None, (read_vin(event.vin).text, *_VIN.findall(text))):
            yield self._vins.get(vin, set())
        for plate in filter(None, (plate_key(event.plate), *map(plate_key, _PLATE.findall(text)))):
            yield self._plates.get(plate, set())
        if event.vehicle_id:
            yield self._vehicles.get(event.vehicle_id, set())
        for number in filter(None, (event.customer_id, *_NUMBER.findall(text))):
            yield self._customers.get(number, set())

    def _meant(self, found: set[_Pair], text: str) -> Match | Unmatched:
        if not found:
            return Unmatched.CONFLICT
        if len({customer for customer, _ in found}) > 1:
            words = _words(text)
            found = {pair for pair in found if self._names[pair[0]] and self._names[pair[0]] <= words}
        customers, vehicles = {pair[0] for pair in found}, {pair[1] for pair in found if pair[1]}
        if len(customers) != 1:
            return Unmatched.AMBIGUOUS
        (customer,) = customers
        vehicles = vehicles or self._garages.get(customer, set())
        return Match(customer, next(iter(vehicles)) if len(vehicles) == 1 else "")


def _common(named: list[set[_Pair]]) -> set[_Pair]:
    """Keep what all keys name; a customer without a vehicle goes with each of that customer's vehicles."""
    common, *others = named
    for other in others:
        common = {(one[0], one[1] or two[1]) for one in common for two in other if _agree(one, two)}
    return common


def _agree(one: _Pair, two: _Pair) -> bool:
    return one[0] == two[0] and (one[1] == two[1] or not (one[1] and two[1]))


def _phone_numbers(field: str, text: str) -> Iterable[str]:
    for written in (*([field] if field else []), *_PHONE.findall(text)):
        try:
            yield from (phone.number for phone in read_phones(written).found)
        except Unreadable:
            continue


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.casefold()))
