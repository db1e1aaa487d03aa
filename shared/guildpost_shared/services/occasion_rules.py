"""When a vehicle is due, as parameters that the catalogue carries (law and maker change them, code does not).

Other occasions are in ``event_rules``; here are the two whose intervals depend on the vehicle:

``hu``          the periodic technical inspection (StVZO § 29, Anlage VIII): months by vehicle class and age.
``inspection``  maintenance: months and kilometres, whichever comes first, by make, model, fuel and model year.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from guildpost_shared.problems import Problem
from guildpost_shared.services import event_rules
from guildpost_shared.services.fields import Fields

_MAX_MONTHS = 120
_CLASS = r"[a-z][a-z0-9_]{1,39}"


class OccasionKind(StrEnum):
    """The kinds of occasion that this version can work out."""

    HU = "hu"
    INSPECTION = "inspection"
    AFTER_WORK = "after_work"
    CONTRACT_END = "contract_end"
    ANNIVERSARY = "anniversary"
    SEASON = "season"
    LIST = "list"
    AFTER_EVENT = "after_event"
    ABSENCE = "absence"
    NOTICE = "notice"


@dataclass(frozen=True)
class Phase:
    """From this age of the vehicle on (months since first registration), the next interval in months."""

    from_age_months: int
    months: int


@dataclass(frozen=True)
class HuRule:
    """Intervals of the periodic technical inspection by vehicle class.

    ``default_class`` stands in when the dealer's data name no class or an unknown one.
    """

    default_class: str
    phases: dict[str, tuple[Phase, ...]]
    _memo: dict[tuple[str, int], int] = field(default_factory=dict, init=False, repr=False, compare=False)

    def interval_months(self, vehicle_class: str, age_months: int) -> int:
        """Give the interval that an inspection at a certain age starts.

        Args:
            vehicle_class: a class code of the definition (``car``, ``motorcycle``, …); others count as the default.
            age_months: months since first registration, 0 for the first interval.

        Returns:
            Months until the next inspection (StVZO Anlage VIII number 2).
        """
        known = self._memo.get((vehicle_class, age_months))
        if known is None:
            phases = self.phases.get(vehicle_class) or self.phases[self.default_class]
            known = next(phase.months for phase in reversed(phases) if age_months >= phase.from_age_months)
            self._memo[vehicle_class, age_months] = known
        return known


@dataclass(frozen=True)
class MaintenanceInterval:
    """One row of the maker's table; an empty text or ``None`` matches everything."""

    make: str
    model: str
    fuel: str
    model_year_from: int | None
    model_year_to: int | None
    months: int
    km: int

    def matches(self, make: str, model: str, fuel: str, model_year: int | None) -> bool:
        """Say whether a vehicle falls under this row; an unknown model year matches only rows without years."""
        for wanted, given in ((self.make, make), (self.model, model), (self.fuel, fuel)):
            if wanted and wanted.casefold() != given.strip().casefold():
                return False
        if self.model_year_from is None and self.model_year_to is None:
            return True
        low = self.model_year_from or 0
        high = self.model_year_to or 9999
        return model_year is not None and low <= model_year <= high


@dataclass(frozen=True)
class InspectionRule:
    """The maker's maintenance table: the first matching row counts, the last row matches everything."""

    intervals: tuple[MaintenanceInterval, ...]

    def interval(self, make: str, model: str, fuel: str, model_year: int | None) -> MaintenanceInterval:
        """Find the row of a vehicle."""
        return next(row for row in self.intervals if row.matches(make, model, fuel, model_year))


OccasionRule = HuRule | InspectionRule | event_rules.EventRule
_READERS: Final[dict[OccasionKind, Callable[[Fields], event_rules.EventRule]]] = {
    OccasionKind.AFTER_WORK: event_rules.read_after_work,
    OccasionKind.CONTRACT_END: event_rules.read_contract_end,
    OccasionKind.ANNIVERSARY: event_rules.read_anniversary,
    OccasionKind.SEASON: event_rules.read_season,
    OccasionKind.LIST: event_rules.read_list,
    OccasionKind.AFTER_EVENT: event_rules.read_after_event,
    OccasionKind.ABSENCE: event_rules.read_absence,
    OccasionKind.NOTICE: event_rules.read_notice,
}


def read_occasion_rule(fields: Fields) -> OccasionRule:
    """Read the rule of one kind.

    Raises:
        Refused: the reader's code, with the field and the problem.
    """
    kind = fields.choice("kind", OccasionKind)
    match kind:
        case OccasionKind.HU:
            return _read_hu(fields)
        case OccasionKind.INSPECTION:
            return _read_inspection(fields)
        case _:
            return _READERS[kind](fields)


def _read_hu(fields: Fields) -> HuRule:
    default_class = fields.text("default_class", _CLASS)
    classes = fields.children("classes")
    fields.end()
    phases = dict(_read_class(item) for item in classes)
    if len(phases) != len(classes):
        raise fields.refusal("classes", Problem("repeated"))
    if default_class not in phases:
        raise fields.refusal("default_class", Problem("not_a_class"))
    return HuRule(default_class, phases)


def _read_class(fields: Fields) -> tuple[str, tuple[Phase, ...]]:
    name = fields.text("class", _CLASS)
    phases = tuple(_read_phase(item) for item in fields.children("phases"))
    fields.end()
    ages = [phase.from_age_months for phase in phases]
    if not ages or ages[0] != 0 or ages != sorted(set(ages)):
        raise fields.refusal("phases", Problem("ages_rise"))
    return name, phases


def _read_phase(fields: Fields) -> Phase:
    phase = Phase(fields.integer("from_age_months", 0, 600), fields.integer("months", 1, _MAX_MONTHS))
    fields.end()
    return phase


def _read_inspection(fields: Fields) -> InspectionRule:
    rows = tuple(_read_interval(item) for item in fields.children("intervals"))
    fields.end()
    if not rows or not rows[-1].matches("", "", "", None):
        raise fields.refusal("intervals", Problem("last_row_matches"))
    return InspectionRule(rows)


def _read_interval(fields: Fields) -> MaintenanceInterval:
    row = MaintenanceInterval(
        make=fields.words("make", 40, least=0),
        model=fields.words("model", 60, least=0),
        fuel=fields.words("fuel", 20, least=0),
        model_year_from=fields.optional_integer("model_year_from", 1950, 2100),
        model_year_to=fields.optional_integer("model_year_to", 1950, 2100),
        months=fields.integer("months", 1, _MAX_MONTHS),
        km=fields.integer("km", 1_000, 200_000),
    )
    fields.end()
    return row
