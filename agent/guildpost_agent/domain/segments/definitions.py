"""What the dealer's segments mean: thresholds and ordered rules, read from a file the dealer may replace.

stage        the first rule whose conditions all hold; the last one has none, so that everybody has exactly one stage
value band   the first band whose visits, hours or invoices within the window are reached; the last one asks for nothing
loyalty      the first grade whose number of years with a visit is reached; the last one asks for nothing
age band     the first band the vehicle is younger than; the last one has no end
score        the weighted mean of a service's factors, each 0 … 1
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

Label = Mapping[str, str]
"""A name for people, by language (``de``, ``en``)."""


class Factor(StrEnum):
    """What speaks for offering a service to the keeper of a vehicle."""

    DUE = "due"
    DECLINED = "declined"
    AGE = "age"
    MILEAGE = "mileage"
    ABSENCE = "absence"


@dataclass(frozen=True)
class StageRule:
    """One life-cycle stage; a condition that is None is not asked.

    Attributes:
        visited_within_months: the last visit is at most so long ago.
        visited_before_months: the last visit is longer ago.
        back_after_months: the visit before the last one was longer before it.
        known_within_months: the first visit or the purchase here is at most so long ago. A first visit counts only
            where the workshop's record reaches back ``record_months`` before it: otherwise it may not be the first.
        record_months: see above.
    """

    name: str
    label: Label
    visited_within_months: int | None = None
    visited_before_months: int | None = None
    back_after_months: int | None = None
    known_within_months: int | None = None
    record_months: int = 0


@dataclass(frozen=True)
class ValueBand:
    """Reached by so many visits, labour hours, or euros of invoices within the window.

    Invoices are known only where the dealer has them read; elsewhere nobody reaches a band by them.
    """

    name: str
    label: Label
    visits: int = 0
    hours: float = 0.0
    euros: float = 0.0


@dataclass(frozen=True)
class LoyaltyGrade:
    """Reached by visits in so many of the last years of twelve months each."""

    name: str
    label: Label
    years: int = 0


@dataclass(frozen=True)
class AgeBand:
    """Vehicles younger than so many years; None has no end."""

    name: str
    label: Label
    below_years: int | None = None


@dataclass(frozen=True)
class ServiceScore:
    """How the potential of one service is made up.

    Attributes:
        weights: of the factors, all above 0.
        due_days: days before the due date at which ``due`` begins to rise from 0; it is 1 from the due date on.
        age_years: vehicle age at which ``age`` is 1.
        mileage_km: reading at which ``mileage`` is 1.
        absence_months: time since the vehicle's last visit at which ``absence`` is 1.
    """

    service_id: str
    label: Label
    weights: Mapping[Factor, float]
    due_days: int = 60
    age_years: int = 10
    mileage_km: int = 150_000
    absence_months: int = 12


@dataclass(frozen=True)
class Definitions:
    """Everything in the file.

    Attributes:
        window_months: over which visits and hours are counted.
        loyalty_years: how many years loyalty looks back.
        fleet_vehicles: from so many vehicles on a business customer is a fleet.
        gone_after_months: a vehicle not seen for longer has no ``absence`` to score: it is probably no longer there.
        declined_months: how long declined work is remembered.
        declined_words: words of a labour line that say the customer declined the work; small letters.
        least_score: potentials below it are not kept.
    """

    window_months: int
    loyalty_years: int
    fleet_vehicles: int
    gone_after_months: int
    declined_months: int
    declined_words: tuple[str, ...]
    least_score: float
    stages: tuple[StageRule, ...]
    value_bands: tuple[ValueBand, ...]
    loyalty: tuple[LoyaltyGrade, ...]
    age_bands: tuple[AgeBand, ...]
    services: tuple[ServiceScore, ...]
