"""The facts of a vehicle, out of what the dealer knows; what nobody knows is left out, never assumed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from guildpost_agent.domain import mileage
from guildpost_agent.domain.appointments import is_cancelled
from guildpost_agent.domain.offers.offer import Fact, Offer
from guildpost_agent.domain.offers.scoring import VehicleFacts
from guildpost_agent.domain.records import Appointment, Job, Vehicle, WheelSet
from guildpost_agent.domain.reference.climate import Climate
from guildpost_agent.domain.reference.places import Region
from guildpost_agent.domain.segments.columns import INTERNAL
from guildpost_shared.services.work import Work

_DAYS_PER_YEAR: Final = 365.25
_NOT_NEW: Final = ("prüf", "test", "laden", "einlager", "auslager", "räderwechsel", "radwechsel", "umsteck")
_NEW_TYRES: Final = Work(("reifen neu", "neureifen", "reifen ersetz", "reifen montier", "reifen erneuer"), _NOT_NEW)
_NEW_BATTERY: Final = Work(
    ("batterie ersetz", "batterie erneuer", "batterie neu", "batterie aus- und ein", "starterbatterie ein"), _NOT_NEW
)


@dataclass(frozen=True)
class Around:
    """What is known of the place and the day: the dealer's business clock and day, the customer's region."""

    now: datetime
    today: date
    climate: Climate
    region: Region | None = None


def facts_of(
    vehicle: Vehicle,
    offers: Sequence[Offer],
    *,
    jobs: Iterable[Job],
    wheels: Iterable[WheelSet],
    appointments: Iterable[Appointment],
    around: Around,
) -> VehicleFacts:
    """Gather the facts of a vehicle.

    Args:
        vehicle: the vehicle.
        offers: those whose work is looked for.
        jobs: its labour lines.
        wheels: its sets in store.
        appointments: those that may concern it.
        around: place and day.
    """
    lines = [job for job in jobs if job.order_date <= around.today and job.charge != INTERNAL]
    done, declined = _work(offers, lines)
    open_ones = (one for one in appointments if one.starts_at >= around.now and not is_cancelled(one))
    return VehicleFacts(
        vehicle_id=vehicle.vehicle_id,
        fuel=vehicle.fuel,
        values=dict([*own_facts(vehicle, lines, around.today), *_tread(wheels), *_weather(around)]),
        done=done,
        declined={offer: day for offer, day in declined.items() if day > done.get(offer, date.min)},
        booked=frozenset(service_id for one in open_ones for service_id in one.services),
    )


def _work(offers: Sequence[Offer], lines: Iterable[Job]) -> tuple[dict[str, date], dict[str, date]]:
    done: dict[str, date] = {}
    declined: dict[str, date] = {}
    for job in lines:
        for offer in offers:
            if offer.work.fits(job.text):
                days = declined if job.declined else done
                days[offer.offer_id] = max(job.order_date, days.get(offer.offer_id, date.min))
    return done, declined


def own_facts(vehicle: Vehicle, lines: Sequence[Job], today: date) -> Iterator[tuple[Fact, float]]:
    """Give what a vehicle and its labour lines up to a day say.

    Args:
        vehicle: the vehicle.
        lines: of orders up to the day, none of them internal.
        today: the day.
    """
    registered = vehicle.first_registration
    if registered is not None and registered <= today:
        yield Fact.VEHICLE_YEARS, _years(registered, today)
    for fact, work, first in ((Fact.TYRE_YEARS, _NEW_TYRES, None), (Fact.BATTERY_YEARS, _NEW_BATTERY, registered)):
        since = max((job.order_date for job in lines if not job.declined and work.fits(job.text)), default=first)
        if since is not None and since <= today:
            yield fact, _years(since, today)
    for fact, day in ((Fact.WARRANTY_DAYS, vehicle.warranty_end), (Fact.LEASE_DAYS, vehicle.lease_end)):
        if day is not None:
            yield fact, (day - today).days
    visits = [job.order_date for job in lines]
    if visits:
        yield Fact.ABSENCE_DAYS, (today - max(visits)).days
    km = _mileage(vehicle, lines, today)
    if km is not None:
        yield Fact.MILEAGE_KM, km


def _mileage(vehicle: Vehicle, lines: Iterable[Job], today: date) -> float | None:
    """Say what the vehicle has probably driven by today, km."""
    readings = [(job.order_date, job.mileage_km) for job in lines if job.mileage_km]
    if vehicle.mileage_km and vehicle.mileage_date:
        readings.append((vehicle.mileage_date, vehicle.mileage_km))
    found = mileage.estimate(readings, vehicle.fuel, vehicle.first_registration, vehicle.keeper_since)
    if found.last is None:
        return vehicle.mileage_km or None
    day, km = found.last
    return km + found.km_per_year * max((today - day).days, 0) / mileage.DAYS_PER_YEAR


def _tread(wheels: Iterable[WheelSet]) -> Iterator[tuple[Fact, float]]:
    depths = [one.tread_mm for one in wheels if one.tread_mm is not None and not one.is_historic]
    if depths:
        yield Fact.TREAD_MM, min(depths)


def _weather(around: Around) -> Iterator[tuple[Fact, float]]:
    if around.region is None:
        return
    today = around.today
    frosts = (around.climate.first_frost(around.region, year) for year in (today.year - 1, today.year))
    days = [(frost - today) / timedelta(days=1) for frost in frosts if frost is not None]
    if days:
        yield Fact.FROST_DAYS, min(days, key=abs)
    warmth = around.climate.temperature(around.region, today.year, today.month)
    if warmth is not None:
        yield Fact.MONTH_TEMPERATURE, warmth


def _years(since: date, today: date) -> float:
    return (today - since).days / _DAYS_PER_YEAR
