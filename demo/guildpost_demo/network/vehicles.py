"""Draw vehicles: model by age and customer, identification numbers, plates, registration, mileage."""

# ruff: noqa: PLR2004 — shares and limits of an invented world are said where they act

from calendar import monthrange
from datetime import date
from functools import cache
from typing import Final

from guildpost_demo.network import lists
from guildpost_demo.network.dice import Dice
from guildpost_demo.network.lists import Model
from guildpost_demo.network.people import DAYS_PER_YEAR
from guildpost_demo.network.records import Customer, Vehicle

VIN_ALPHABET: Final = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"  # ISO 3779: no I, O, Q
PLATE_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"
HISTORIC_YEARS: Final = 30
REGISTRATION_MONTHS: Final = lists.Weighted(list(range(1, 13)), [6, 7, 11, 10, 10, 10, 8, 6, 9, 9, 8, 6])
# First and repeat HU interval in months, by kind (StVZO annex VIII; caravans and small trailers alike here).
HU_INTERVALS: Final = {
    "PKW": (36, 24),
    "KRAD": (24, 24),
    "LKW": (24, 24),
    "ANH": (24, 24),
    "WOMO": (36, 24),
    "TAXI": (12, 12),
    "MIETWAGEN": (12, 12),
}


def month_of(day: int) -> int:
    """Give the month number of a day (``year * 12 + month - 1``)."""
    when = date.fromordinal(day)
    return when.year * 12 + when.month - 1


def month_end(month: int) -> int:
    """Give the last day of a month number."""
    year, index = divmod(month, 12)
    return date(year, index + 1, monthrange(year, index + 1)[1]).toordinal()


@cache
def _models_of(year: int, *, commercial: bool) -> lists.Weighted[Model]:
    """Weigh the models sold in a year; business customers drive more vans, private ones everything else."""
    fit = [model for model in lists.models() if model.since <= year <= model.until]
    factor = {"LKW": 5.0 if commercial else 0.35, "KRAD": 0.2 if commercial else 1.0}
    return lists.Weighted(fit, [model.weight * factor.get(model.kind, 1.0) for model in fit])


def make_vin(wmi: str, tsn: str, year: int, serial: int) -> str:
    """Write a vehicle identification number: maker, type, filler, year, plant, serial (unique by serial)."""
    descriptor = "".join(c for c in tsn if c in VIN_ALPHABET)[:3].ljust(3, "Z")
    year_code = "ABCDEFGHJKLMNPRSTVWXY123456789"[(year - 1980) % 30]
    scrambled = serial * 7_368_787 % 10_000_000  # a permutation: odd, not divisible by 5
    return f"{wmi}ZZZ{descriptor}{year_code}{scrambled:07d}"


def make_plate(district: str, serial: int) -> str:
    """Write a licence plate that no other serial of the same dealership has."""
    size = (len(PLATE_LETTERS) - 1) * len(PLATE_LETTERS) * 9999  # the first letter is never Z: those are canaries
    letters, digits = divmod(serial * 1_299_721 % size, 9999)  # a prime: every serial lands elsewhere
    first, second = divmod(letters, len(PLATE_LETTERS))
    return f"{district}-{PLATE_LETTERS[first]}{PLATE_LETTERS[second]} {digits + 1}"


def _first_registration(rng: Dice, today: int, *, active: bool) -> int:
    years = min(34.0, rng.gammavariate(2.2, 3.2)) if active else min(45.0, rng.gammavariate(4.0, 3.4))
    rough = date.fromordinal(today - int(years * DAYS_PER_YEAR) - 20)
    day = date(rough.year, REGISTRATION_MONTHS.draw(rng), rng.randrange(1, 29)).toordinal()
    return day if day < today - 20 else day - 365


def _kind(rng: Dice, model: Model, *, is_business: bool) -> str:
    if model.kind == "PKW" and is_business and (roll := rng.random()) < 0.06:
        return "TAXI" if roll < 0.04 else "MIETWAGEN"
    return model.kind


def make_vehicle(rng: Dice, today: int, number: int, keeper: Customer, *, active: bool) -> Vehicle:
    """Draw one vehicle of a customer; history and what the system knows of it are added by ``history``."""
    registered = _first_registration(rng, today, active=active)
    year = date.fromordinal(registered).year
    model = _models_of(max(year, 1990), commercial=keeper.is_business).draw(rng)
    fuel = rng.choices(model.fuels, model.fuel_weights)[0]
    if fuel == "Elektro" and year < 2016:
        fuel = "Benzin"
    kind = _kind(rng, model, is_business=keeper.is_business)
    yearly = 45_000.0 if kind == "TAXI" else 16_400.0 if fuel == "Diesel" else 13_180.0
    per_day = max(2_000.0, rng.gauss(1.0, 0.32) * yearly) / DAYS_PER_YEAR if kind != "ANH" else 0.0
    if kind == "KRAD":
        per_day *= 0.25
    plate = make_plate(keeper.place.plate, number)
    suffix = "E" if fuel == "Elektro" else "H" if year < date.fromordinal(today).year - HISTORIC_YEARS else ""
    owned_since = max(registered, keeper.created, today - int(rng.expovariate(1 / 5.0) * DAYS_PER_YEAR) - 30)
    return Vehicle(
        number=number,
        customer=keeper.number,
        vin=make_vin(model.wmi, model.tsn, year, number),
        plate=plate + suffix,
        model=model,
        kind=kind,
        fuel=fuel,
        first_registration=registered,
        owned_since=min(owned_since, today - 10),
        km=int((today - registered) * per_day),
        km_per_day=per_day,
        hu_due=0,
        service_due=0,
        dms_first_registration=True,
        dms_km=0,
        dms_km_day=0,
        dms_hu=0,
        dms_au=False,
        dms_service=0,
        warranty_end=0,
        deregistered=0,
        sold=0,
        active=active,
    )
