"""What a service's condition may ask about a vehicle and its keeper (``services.conditions.FIELDS``).

Each fact is one function of a ``Scene``; only those that an expression names are worked out.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Final

from guildpost_agent.domain.frozen import frozen
from guildpost_agent.domain.history import History
from guildpost_agent.domain.months import month_number, months_between
from guildpost_agent.domain.records import Customer, Vehicle
from guildpost_shared.services.conditions import Fact, Facts

UNKNOWN: Final = -1
_MEMBER: Final = re.compile(r"\b([a-z_]+)\s*\.\s*([a-z_]+)\b")


@frozen
class Scene:
    """A vehicle that is due, and what is known around it.

    Attributes:
        vehicle: that is due.
        customer: its keeper.
        history: of the vehicle.
        due: the due date.
        today: the dealer's local day.
        vehicles: how many vehicles the customer keeps here.
        wheels_stored: a set of its wheels lies in the dealer's store.
        last_seen: the customer's last visit with any vehicle.
    """

    vehicle: Vehicle
    customer: Customer
    history: History
    due: date
    today: date
    vehicles: int = 1
    wheels_stored: bool = False
    last_seen: date | None = None


def _age_months(scene: Scene) -> int:
    registered = scene.vehicle.first_registration
    return UNKNOWN if registered is None else max(0, month_number(scene.today) - month_number(registered))


def _mileage_km(scene: Scene) -> int:
    return max([*(km for _, km in scene.history.readings), scene.vehicle.mileage_km or 0]) or UNKNOWN


def _km_per_year(scene: Scene) -> int:
    mileage, age = _mileage_km(scene), _age_months(scene)
    return round(mileage * 12 / age) if mileage > 0 and age > 0 else UNKNOWN


def _months_here(scene: Scene) -> int:
    since = scene.vehicle.keeper_since
    return UNKNOWN if since is None else months_between(since, scene.today)


def _all_season(scene: Scene) -> bool:
    """Tyres count as such where a line of this workshop says so and no other set lies in its store."""
    return scene.history.all_season and not scene.wheels_stored


def _age_years(scene: Scene) -> int:
    born, today = scene.customer.birth_date, scene.today
    if born is None:
        return UNKNOWN
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _last_visit_days(scene: Scene) -> int:
    last = scene.last_seen or scene.history.last_visit
    return UNKNOWN if last is None else (scene.today - last).days


def _days_until(day: date | None, today: date) -> int:
    return UNKNOWN if day is None else (day - today).days


FACTS: Final[Mapping[str, Mapping[str, Callable[[Scene], Fact]]]] = {
    "vehicle": {
        "make": lambda scene: scene.vehicle.make,
        "model": lambda scene: scene.vehicle.model,
        "fuel": lambda scene: scene.vehicle.fuel,
        "vehicle_class": lambda scene: scene.vehicle.vehicle_class,
        "age_months": _age_months,
        "mileage_km": _mileage_km,
        "km_per_year": _km_per_year,
        "months_here": _months_here,
        "visits": lambda scene: scene.history.visits,
        "wheels_stored": lambda scene: scene.wheels_stored,
        "all_season": _all_season,
        "lease_days": lambda scene: _days_until(scene.vehicle.lease_end, scene.today),
        "warranty_days": lambda scene: _days_until(scene.vehicle.warranty_end, scene.today),
        "season_plate": lambda scene: bool(scene.vehicle.plate_season),
        "electric": lambda scene: scene.vehicle.fuel == "electric",
    },
    "customer": {
        "business": lambda scene: scene.customer.is_business,
        "age_years": _age_years,
        "last_visit_days": _last_visit_days,
        "visits": lambda scene: scene.history.visits,
        "vehicles": lambda scene: scene.vehicles,
        "country": lambda scene: scene.customer.country,
        "couple": lambda scene: bool(scene.customer.second_family_name or scene.customer.second_given_name),
    },
    "day": {
        "month": lambda scene: scene.today.month,
        "weekday": lambda scene: scene.today.weekday(),
        "due_days": lambda scene: (scene.due - scene.today).days,
    },
}
"""By group and name; what is unknown is -1 or empty."""

_OF_THE_KEEPER: Final = frozenset({("customer", "vehicles"), ("customer", "last_visit_days")})


@lru_cache(maxsize=256)
def asks_of_others(source: str) -> bool:
    """Say whether an expression names what depends on the keeper's other vehicles."""
    return any((group, name) in _OF_THE_KEEPER for group, name, _ in _named(source))


_Asked = tuple[tuple[str, str, Callable[[Scene], Fact]], ...]


def facts_named(source: str, scene: Scene) -> Facts:
    """Work out the facts that an expression names."""
    found: dict[str, dict[str, Fact]] = {}
    for group, name, fact in _named(source):
        found.setdefault(group, {})[name] = fact(scene)
    return found


def values_named(source: str, scene: Scene) -> list[Fact]:
    """Work out the same facts in an order that is the same for every scene: who has the same list is decided alike."""
    return [fact(scene) for _, _, fact in _named(source)]


@lru_cache(maxsize=256)
def _named(source: str) -> _Asked:
    named = sorted({(group, name) for group, name in _MEMBER.findall(source) if name in FACTS.get(group, ())})
    return tuple((group, name, FACTS[group][name]) for group, name in named)
