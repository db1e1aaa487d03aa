"""An offer: which service it is, when it makes sense, and how likely it is taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from guildpost_shared.services.work import Work

_FIRST: Final = (1, 1)
_LAST: Final = (12, 31)


class Fact(StrEnum):
    """What a condition asks about a vehicle; days are from today, negative once past.

    ``frost_days`` to the nearest first frost of the region · ``month_temperature`` mean of the present month, °C ·
    ``declined_days`` since this offer's own work was last declined · ``tyre_years`` and ``battery_years`` since they
    were last replaced (a battery that never was is as old as the vehicle) · ``mileage_km`` probably reached by now
    """

    VEHICLE_YEARS = "vehicle_years"
    MILEAGE_KM = "mileage_km"
    TYRE_YEARS = "tyre_years"
    TREAD_MM = "tread_mm"
    BATTERY_YEARS = "battery_years"
    WARRANTY_DAYS = "warranty_days"
    LEASE_DAYS = "lease_days"
    DECLINED_DAYS = "declined_days"
    FROST_DAYS = "frost_days"
    MONTH_TEMPERATURE = "month_temperature"
    ABSENCE_DAYS = "absence_days"


class Place(StrEnum):
    """Where an offer is shown."""

    MESSAGE = "message"
    CONFIRMATION = "confirmation"
    ADVISER = "adviser"


@dataclass(frozen=True)
class Condition:
    """A range that a fact must lie in, ends included; an end that is None is open, an unknown fact is in no range.

    Attributes:
        weight: None makes it a must; a number above 0 lets the offer weigh so much more where it holds.
    """

    fact: Fact
    least: float | None = None
    most: float | None = None
    weight: float | None = None

    def holds(self, value: float | None) -> bool:
        """Say whether a value lies in the range."""
        if value is None:
            return False
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)


@dataclass(frozen=True)
class Season:
    """From one day of the year (month, day) to another, both included; it may pass the turn of the year."""

    first: tuple[int, int] = _FIRST
    last: tuple[int, int] = _LAST

    @property
    def whole_year(self) -> bool:
        """Whether every day is in it."""
        return (self.first, self.last) == (_FIRST, _LAST)

    def holds(self, day: date) -> bool:
        """Say whether a day is in it."""
        here = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= here <= self.last
        return here >= self.first or here <= self.last


@dataclass(frozen=True)
class Offer:
    """One offer of the set.

    Attributes:
        service_id: the service of the catalogue that it is; an open appointment for it leaves the offer out.
        label: a name for people, by language.
        pitch: a sentence for the customer, by language.
        propensity: how likely it is taken where nothing was learned, above 0, at most 1.
        work: words of the labour lines that show it was done.
        interval_days: for so long after it was done it is not offered.
        fuels: only for these; empty for all.
        places: where it may be shown.
        price: the dealer's own words; empty unless the dealer filled it.
    """

    offer_id: str
    service_id: str
    label: Mapping[str, str]
    pitch: Mapping[str, str]
    propensity: float
    work: Work
    interval_days: int
    season: Season = Season()
    conditions: tuple[Condition, ...] = ()
    fuels: frozenset[str] = frozenset()
    places: frozenset[Place] = frozenset(Place)
    price: str = ""
