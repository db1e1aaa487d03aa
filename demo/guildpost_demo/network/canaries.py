"""Unmistakable values that must never leave a dealership, planted among ordinary data.

Every value has a shape that nothing else in the system produces, so a plain text search finds each leak. Names,
e-mail addresses, identification numbers and plates sit in ordinary active customers and vehicles and pass every
check of an import; the figures stand in the dealer's own configuration.
"""

from dataclasses import dataclass, replace
from typing import Final

from guildpost_demo.network.dealers import DealerProfile
from guildpost_demo.network.records import Customer, Vehicle

FIGURES_PER_DEALER: Final = 3
VALUES_PER_CUSTOMER: Final = 4
_SYLLABLES: Final = ("ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu")


@dataclass(frozen=True, slots=True)
class Canary:
    """One planted value; ``kind`` is name, email, vin, plate or figure."""

    dealer: str
    kind: str
    value: str

    def spellings(self) -> tuple[str, ...]:
        """List the ways in which software may write the value (search for all of them, ignoring case)."""
        if self.kind != "plate":
            return (self.value,)
        bare = self.value.replace("-", "").replace(" ", "")
        return (self.value, bare, self.value.replace("-", " "), self.value.replace(" ", ""))


@dataclass(frozen=True)
class Planting:
    """The canaries of one dealership: values for its first active customers, and its profile with planted figures."""

    profile: DealerProfile
    customers: tuple[tuple[Canary, ...], ...]

    def all(self) -> list[Canary]:
        """List every planted value of this dealership."""
        return [*(canary for group in self.customers for canary in group), *self.figures()]

    def figures(self) -> list[Canary]:
        """List the planted figures."""
        profile = self.profile
        values = (profile.weekly_budget_cents, profile.workshop_places_per_day, profile.hourly_rate_cents)
        return [Canary(profile.key, "figure", str(value)) for value in values]


def _name(serial: int) -> str:
    return "Zwirbelkauz" + "".join(_SYLLABLES[int(digit)] for digit in f"{serial:04d}")


def _group(profile: DealerProfile, serial: int, size: int) -> tuple[Canary, ...]:
    name = _name(serial)
    values = (
        Canary(profile.key, "name", name),
        Canary(profile.key, "email", f"{name.lower()}@kanarienpost.example"),
        Canary(profile.key, "vin", f"W7AKANARY{serial:08d}"),
        Canary(profile.key, "plate", f"{profile.place.plate}-ZZ {serial % 9000 + 1000}"),
    )
    return values[:size]


def _with_figures(profile: DealerProfile, serial: int) -> DealerProfile:
    return replace(
        profile,
        weekly_budget_cents=730_100_000 + serial * 1117,
        workshop_places_per_day=84_610_000 + serial * 131,
        hourly_rate_cents=59_020_000 + serial * 173,
    )


def canaries(count: int, profiles: list[DealerProfile]) -> dict[str, Planting]:
    """Spread canaries over the dealerships: three figures each, the rest in groups of four per customer.

    Args:
        count: how many values; at least three per dealership.
        profiles: the dealerships.

    Returns:
        What to plant where, by dealer key; the values of all plantings together are exactly ``count``.

    Raises:
        ValueError: fewer values than figures.
    """
    left = count - FIGURES_PER_DEALER * len(profiles)
    if left < 0:
        message = f"{len(profiles)} dealerships need at least {FIGURES_PER_DEALER * len(profiles)} canaries"
        raise ValueError(message)
    plantings = {}
    serial = 1
    for position, profile in enumerate(profiles):
        share = left // (len(profiles) - position)
        left -= share
        groups = []
        for taken in range(0, share, VALUES_PER_CUSTOMER):
            groups.append(_group(profile, serial, min(VALUES_PER_CUSTOMER, share - taken)))
            serial += 1
        plantings[profile.key] = Planting(_with_figures(profile, position + 1), tuple(groups))
    return plantings


def plant(group: tuple[Canary, ...], customer: Customer, vehicle: Vehicle) -> None:
    """Put one group's values into a customer and a vehicle, which then get no dirt and every permission."""
    values = {canary.kind: canary.value for canary in group}
    customer.pristine, customer.is_business, customer.company, customer.partner = True, False, "", ""
    customer.sex = customer.sex or "f"
    customer.family = values.get("name", customer.family)
    customer.email = values.get("email", customer.email)
    customer.consent_email, customer.email_dead, customer.advertising_block = bool(customer.email), False, False
    customer.consent_day = customer.consent_day or customer.created
    customer.consent_source = customer.consent_source or "Werkstattauftrag"
    vehicle.vin = values.get("vin", vehicle.vin)
    vehicle.plate = values.get("plate", vehicle.plate)
    vehicle.sold = vehicle.deregistered = 0
