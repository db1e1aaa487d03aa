"""What a service's condition may ask about a vehicle and its keeper (``services.conditions.FIELDS``)."""

import re
from datetime import date
from functools import lru_cache
from typing import Final

from guildpost_agent.domain.history import History
from guildpost_agent.domain.months import month_number, months_between
from guildpost_agent.domain.records import Customer, Vehicle
from guildpost_shared.services.conditions import FIELDS, Fact, Facts

UNKNOWN: Final = -1
_MEMBER: Final = re.compile(r"\b([a-z_]+)\s*\.\s*([a-z_]+)\b")


def condition_facts(
    vehicle: Vehicle,
    customer: Customer,
    history: History,
    due: date,
    today: date,
    *,
    vehicles: int = 1,
    wheels_stored: bool = False,
    last_seen: date | None = None,
) -> Facts:
    """Gather the facts; what is unknown is -1 or empty.

    Tyres count as such for all the year where a line of this workshop says so and no other set lies in its store.

    Args:
        vehicle: that is due.
        customer: its keeper.
        history: of the vehicle.
        due: the due date.
        today: the dealer's local day.
        vehicles: how many vehicles the customer keeps here.
        wheels_stored: a set of its wheels lies in the dealer's store.
        last_seen: the customer's last visit with any vehicle.
    """
    registered = vehicle.first_registration
    readings = [km for _, km in history.readings]
    mileage = max([*readings, vehicle.mileage_km or 0]) or UNKNOWN
    age = UNKNOWN if registered is None else max(0, month_number(today) - month_number(registered))
    return {
        "vehicle": {
            "make": vehicle.make,
            "model": vehicle.model,
            "fuel": vehicle.fuel,
            "vehicle_class": vehicle.vehicle_class,
            "age_months": age,
            "mileage_km": mileage,
            "km_per_year": round(mileage * 12 / age) if mileage > 0 and age > 0 else UNKNOWN,
            "months_here": UNKNOWN if vehicle.keeper_since is None else months_between(vehicle.keeper_since, today),
            "visits": history.visits,
            "wheels_stored": wheels_stored,
            "all_season": history.all_season and not wheels_stored,
            "lease_days": _days_until(vehicle.lease_end, today),
            "warranty_days": _days_until(vehicle.warranty_end, today),
            "season_plate": bool(vehicle.plate_season),
            "electric": vehicle.fuel == "electric",
        },
        "customer": _customer(customer, today, last_seen or history.last_visit, history.visits, vehicles),
        "day": {"month": today.month, "weekday": today.weekday(), "due_days": (due - today).days},
    }


def named_in(source: str, facts: Facts) -> Facts:
    """Keep the facts that an expression names; handing over the others is most of what asking it would cost."""
    return {group: {name: facts[group][name] for name in names} for group, names in _names(source)}


@lru_cache(maxsize=256)
def _names(source: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    found: dict[str, set[str]] = {}
    for group, name in _MEMBER.findall(source):
        if name in FIELDS.get(group, ()):
            found.setdefault(group, set()).add(name)
    return tuple((group, tuple(sorted(names))) for group, names in sorted(found.items()))


def _customer(customer: Customer, today: date, last: date | None, visits: int, vehicles: int) -> dict[str, Fact]:
    born = customer.birth_date
    born_on = (born.month, born.day) if born is not None else ()
    return {
        "business": customer.is_business,
        "age_years": UNKNOWN if born is None else today.year - born.year - ((today.month, today.day) < born_on),
        "last_visit_days": UNKNOWN if last is None else (today - last).days,
        "visits": visits,
        "vehicles": vehicles,
        "country": customer.country,
        "couple": bool(customer.second_family_name or customer.second_given_name),
    }


def _days_until(day: date | None, today: date) -> int:
    return UNKNOWN if day is None else (day - today).days
