"""What to offer next to a customer: in a message, in an appointment's confirmation, at the service adviser's desk."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.domain.appointments import AppointmentBook
from guildpost_agent.domain.exclusions import gone
from guildpost_agent.domain.learning.situation import situation
from guildpost_agent.domain.offers.gathering import Around, facts_of
from guildpost_agent.domain.offers.learned import NOTHING_LEARNED, Chance, LearnedOffers
from guildpost_agent.domain.offers.offer import Offer, Place
from guildpost_agent.domain.offers.scoring import Ranked, VehicleFacts, rank
from guildpost_agent.domain.records import Vehicle
from guildpost_agent.domain.reference.climate import Climate
from guildpost_agent.domain.reference.places import Places
from guildpost_shared.errors import Refused


@dataclass(frozen=True)
class OfferDesk:
    """What finding offers needs.

    Attributes:
        offers: the set in force, with the dealer's prices filled in.
        postcode: the dealer's; stands in for a customer's that lies nowhere.
        learned: what the network learned about who takes offers, by brand.
    """

    open_uow: OpenUnitOfWork
    offers: Sequence[Offer]
    climate: Climate
    places: Places
    zone: ZoneInfo
    postcode: str
    learned: LearnedOffers = NOTHING_LEARNED


def offers_for_vehicle(desk: OfferDesk, vehicle_id: str, now: datetime, *, place: Place, most: int) -> list[Ranked]:
    """Give the best offers for a vehicle, the best first; none for one that is gone.

    Raises:
        Refused: ``vehicle_unknown``, or ``customer_restricted`` where its keeper is set aside (Art. 18 GDPR).
    """
    with desk.open_uow() as uow:
        vehicle = uow.records.vehicle(vehicle_id)
        if vehicle is None:
            raise Refused("vehicle_unknown", vehicle=vehicle_id)
        return _ranked(desk, uow, [vehicle], now, place, most)


def offers_for_customer(desk: OfferDesk, customer_id: str, now: datetime, *, place: Place, most: int) -> list[Ranked]:
    """Give the best offers for a customer's vehicles together, the best first.

    Raises:
        Refused: ``customer_unknown`` or ``customer_restricted``.
    """
    with desk.open_uow() as uow:
        if uow.records.customer(customer_id) is None:
            raise Refused("customer_unknown", customer=customer_id)
        vehicles = [one for one in uow.records.vehicles() if one.customer_id == customer_id]
        return _ranked(desk, uow, vehicles, now, place, most)


def _ranked(  # noqa: PLR0917 — the two questions above differ only in their vehicles
    desk: OfferDesk, uow: UnitOfWork, vehicles: Sequence[Vehicle], now: datetime, place: Place, most: int
) -> list[Ranked]:
    today = now.astimezone(desk.zone).date()
    driven = [one for one in vehicles if gone(one, today) is None]
    for keeper in sorted({one.customer_id for one in driven}):
        if uow.rights.is_restricted(keeper):
            raise Refused("customer_restricted", customer=keeper)
    facts, learned = _known(desk, uow, driven, now, today)
    return rank(desk.offers, facts, today, place=place, most=most, learned=learned)


def _known(
    desk: OfferDesk, uow: UnitOfWork, vehicles: Sequence[Vehicle], now: datetime, today: date
) -> tuple[list[VehicleFacts], dict[tuple[str, str], Chance]]:
    ids: Collection[str] = {one.vehicle_id for one in vehicles}
    all_jobs, wheels = uow.records.jobs_of_vehicles(ids), uow.wheels.of_vehicles(ids)
    book = AppointmentBook(uow.records.appointments_since(now))
    keepers = {one.customer_id: one for one in uow.records.customers_of({one.customer_id for one in vehicles})}
    found: list[VehicleFacts] = []
    learned: dict[tuple[str, str], Chance] = {}
    for vehicle in vehicles:
        keeper = keepers.get(vehicle.customer_id)
        region = desk.places.region_of(keeper.postcode if keeper else "") or desk.places.region_of(desk.postcode)
        jobs = [job for job in all_jobs if job.vehicle_id == vehicle.vehicle_id]
        facts = facts_of(
            vehicle,
            desk.offers,
            jobs=jobs,
            wheels=[one for one in wheels if one.vehicle_id == vehicle.vehicle_id],
            appointments=book.concerning(vehicle.vehicle_id, vehicle.customer_id),
            around=Around(now, today, desk.climate, region),
        )
        found.append(facts)
        if desk.learned.models:
            zone = region.zone if region else ""
            seen = situation(keeper, vehicle, jobs, today, learning_class="", climate_zone=zone)
            for offer_id, chance in desk.learned.chances(desk.offers, seen).items():
                learned[vehicle.vehicle_id, offer_id] = chance
    return found, learned
