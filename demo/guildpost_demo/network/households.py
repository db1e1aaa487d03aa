"""Generate a dealership's households one after the other: any size, bounded memory, the same for the same seed."""

# ruff: noqa: PLR2004 — shares and limits of an invented world are said where they act

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from guildpost_demo.network import lists
from guildpost_demo.network.canaries import Canary, plant
from guildpost_demo.network.dealers import DealerProfile
from guildpost_demo.network.dice import Dice, dice
from guildpost_demo.network.history import Numbers, add_history
from guildpost_demo.network.people import Setting, make_customer, setting
from guildpost_demo.network.records import Appointment, Customer, Household, Vehicle
from guildpost_demo.network.vehicles import make_vehicle

FIRST_CUSTOMER: Final = 10_001
FIRST_VEHICLE: Final = 50_001
ACTIVE_SHARE: Final = 0.30
VEHICLES_PRIVATE: Final = lists.Weighted([1, 2, 3], [73, 21, 6])
VEHICLES_BUSINESS: Final = lists.Weighted([1, 2, 3, 5, 8], [60, 20, 10, 7, 3])
OCCASIONS: Final = lists.Weighted(["HU", "Inspektion", "Reparatur", "Räderwechsel"], [3, 4, 4, 2])
SLOTS: Final = tuple(range(7 * 60 + 30, 16 * 60, 30))
SUNDAY: Final = 6


def _double(rng: Dice, customer: Customer, number: int) -> Customer:
    """Copy a customer the way a second clerk types it: other number, often without mail address or mobile."""
    return replace(
        customer,
        number=number,
        email=customer.email if rng.happens(0.3) else "",
        mobile=customer.mobile if rng.happens(0.5) else "",
        consent_email=False,
        consent_phone=False,
        consent_day=0,
        consent_source="",
        created=customer.created + rng.randrange(100, 1500),
    )


def _workday(day: int) -> int:
    return day + 1 if date.fromordinal(day).weekday() == SUNDAY else day


def _appointments(rng: Dice, numbers: Numbers, vehicle: Vehicle, today: int) -> Iterator[Appointment]:
    """Draw one appointment in the coming three weeks for some, one in the last two months for others."""
    roll = rng.random()
    if roll < 0.03:
        day, created, status = today + rng.randrange(1, 21), today - rng.randrange(1, 14), "geplant"
    elif roll < 0.13:
        day = today - rng.randrange(1, 60)
        created, status = (
            day - rng.randrange(1, 21),
            rng.choices(("erledigt", "abgesagt", "nicht erschienen"), (90, 6, 4))[0],
        )
    else:
        return
    number = numbers.next_appointment()
    yield Appointment(
        number=number,
        customer=vehicle.customer,
        vehicle=vehicle.number,
        day=_workday(day),
        minute=rng.choice(SLOTS),
        occasion=OCCASIONS.draw(rng),
        status=status,
        created=created,
    )


def _household(rng: Dice, common: Setting, numbers: Numbers, customer_number: int, vehicle_number: int) -> Household:
    customer = make_customer(rng, common, customer_number, active=rng.happens(ACTIVE_SHARE))
    doubles = [_double(rng, customer, customer_number + 1)] if rng.happens(0.06) else []
    if not customer.active and rng.happens(0.01):
        customer.is_supplier, customer.is_business, customer.company = (
            True,
            True,
            customer.company or "Teilehandel Nord",
        )
        return Household(customer, [], [], [])
    lapsed = not customer.active and rng.happens(0.12)
    vehicles: list[Vehicle] = []
    appointments: list[Appointment] = []
    for offset in range((VEHICLES_BUSINESS if customer.is_business else VEHICLES_PRIVATE).draw(rng)):
        active = customer.active and (offset == 0 or rng.happens(0.75))
        keeper = doubles[0] if doubles and offset else customer
        vehicle = make_vehicle(rng, common.today, vehicle_number + offset, keeper, active=active)
        add_history(rng, vehicle, numbers, common.today, lapsed=lapsed)
        vehicles.append(vehicle)
        if active:
            appointments.extend(_appointments(rng, numbers, vehicle, common.today))
    return Household(customer, doubles, vehicles, appointments)


def households(
    profile: DealerProfile, today: date, seed: int, canaries: tuple[tuple[Canary, ...], ...] = ()
) -> Iterator[Household]:
    """Generate the households of a dealership until its file has ``profile.customers`` records.

    Args:
        profile: the dealership; its key is part of the seed.
        today: the day as of which everything is generated.
        seed: the seed of the whole network.
        canaries: groups of values for the first active customers (see ``canaries.canaries``).

    Yields:
        One household after the other; nothing is kept.
    """
    rng = dice(seed, profile.key, str(profile.customers))
    common = setting(profile.region, today.toordinal(), profile.phone.split(" ")[0])
    numbers = Numbers()
    waiting = list(reversed(canaries))
    customer_number, vehicle_number = FIRST_CUSTOMER, FIRST_VEHICLE
    while customer_number < FIRST_CUSTOMER + profile.customers:
        household = _household(rng, common, numbers, customer_number, vehicle_number)
        if customer_number + len(household.doubles) >= FIRST_CUSTOMER + profile.customers:
            household.doubles.clear()
            for vehicle in household.vehicles:
                vehicle.customer = household.customer.number
        if waiting and household.customer.active:
            plant(waiting.pop(), household.customer, household.vehicles[0])
        customer_number += 1 + len(household.doubles)
        vehicle_number += len(household.vehicles)
        yield household
