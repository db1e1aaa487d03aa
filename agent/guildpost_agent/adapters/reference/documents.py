"""The two tables that are TOML documents: carrier tariffs and segment definitions, checked field by field."""

from datetime import date
from itertools import pairwise
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from guildpost_agent.adapters.reference.reading import read_toml, refuse
from guildpost_agent.domain.reference.dataset import Header, Name
from guildpost_agent.domain.reference.tariffs import Product, Tariff
from guildpost_agent.domain.segments import definitions as own


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_Model = TypeVar("_Model", bound=_Section)
_Cents = Annotated[int, Field(ge=0, le=10_000)]
_Items = Annotated[int, Field(ge=1, le=1_000_000)]
_Months = Annotated[int, Field(ge=1, le=240)]
_Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class _Product(_Section):
    name: _Code
    up_to_g: int = Field(ge=1, le=2000)
    cents: _Cents


class _Tariff(_Section):
    valid_from: date
    valid_to: date | None = None
    source: str = Field(min_length=1)
    letters: tuple[_Product, ...] = Field(min_length=1)
    dialogue: tuple[_Product, ...]
    dialogue_card_cents: _Cents
    national_minimum: _Items
    regional_minimum: _Items
    easy_minimum: _Items
    easy_cents: _Cents
    season_months: frozenset[Annotated[int, Field(ge=1, le=12)]] = frozenset()
    season_cents: _Cents = 0
    not_machinable_cents: _Cents = 0

    @model_validator(mode="after")
    def _runs_forwards(self) -> "_Tariff":
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("valid_to < valid_from")
        for products in (self.letters, self.dialogue):
            if any(one.up_to_g >= next_one.up_to_g for one, next_one in pairwise(products)):
                raise ValueError("up_to_g: a < b < c")
        return self


class _Tariffs(_Section):
    tariffs: tuple[_Tariff, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _no_overlap(self) -> "_Tariffs":
        for one, later in pairwise(self.tariffs):
            if one.valid_to is None or later.valid_from <= one.valid_to:
                raise ValueError("valid_from ≤ valid_to")
        return self


class _Label(_Section):
    de: str = Field(min_length=1, max_length=60)
    en: str = Field(min_length=1, max_length=60)


class _General(_Section):
    window_months: _Months
    loyalty_years: int = Field(ge=1, le=20)
    fleet_vehicles: int = Field(ge=2, le=1000)
    gone_after_months: _Months
    declined_months: _Months
    declined_words: tuple[Annotated[str, Field(min_length=3)], ...]
    least_score: float = Field(ge=0.0, le=1.0)


class _Stage(_Section):
    name: _Code
    label: _Label
    visited_within_months: _Months | None = None
    visited_before_months: _Months | None = None
    back_after_months: _Months | None = None
    known_within_months: _Months | None = None
    record_months: int = Field(default=0, ge=0, le=240)

    def is_open(self) -> bool:
        """Say whether the stage takes everybody."""
        asked = (self.visited_within_months, self.visited_before_months, self.back_after_months)
        return all(one is None for one in (*asked, self.known_within_months))

    @model_validator(mode="after")
    def _possible(self) -> "_Stage":
        within, before = self.visited_within_months, self.visited_before_months
        if within is not None and before is not None and before >= within:
            raise ValueError("visited_before_months < visited_within_months")
        return self


class _ValueBand(_Section):
    name: _Code
    label: _Label
    visits: int = Field(default=0, ge=0, le=1000)
    hours: float = Field(default=0.0, ge=0.0, le=10_000.0)
    euros: float = Field(default=0.0, ge=0.0, le=1_000_000.0)

    def asks_something(self) -> bool:
        """Say whether there is a threshold."""
        return bool(self.visits or self.hours or self.euros)


class _Loyalty(_Section):
    name: _Code
    label: _Label
    years: int = Field(ge=0, le=20)


class _AgeBand(_Section):
    name: _Code
    label: _Label
    below_years: int | None = Field(default=None, ge=1, le=100)


class _Weights(_Section):
    due: float = Field(default=0.0, ge=0.0, le=100.0)
    declined: float = Field(default=0.0, ge=0.0, le=100.0)
    age: float = Field(default=0.0, ge=0.0, le=100.0)
    mileage: float = Field(default=0.0, ge=0.0, le=100.0)
    absence: float = Field(default=0.0, ge=0.0, le=100.0)

    @model_validator(mode="after")
    def _some(self) -> "_Weights":
        if not any(self.model_dump().values()):
            raise ValueError("> 0")
        return self


class _Service(_Section):
    service_id: _Code
    label: _Label
    weights: _Weights
    due_days: int = Field(default=60, ge=1, le=730)
    age_years: int = Field(default=10, ge=1, le=50)
    mileage_km: int = Field(default=150_000, ge=1000, le=1_000_000)
    absence_months: _Months = 12


class _Segments(_Section):
    general: _General
    stages: tuple[_Stage, ...] = Field(min_length=1)
    value_bands: tuple[_ValueBand, ...] = Field(min_length=1)
    loyalty: tuple[_Loyalty, ...] = Field(min_length=1)
    age_bands: tuple[_AgeBand, ...] = Field(min_length=1)
    services: tuple[_Service, ...]

    @model_validator(mode="after")
    def _everybody_has_a_place(self) -> "_Segments":
        for field in ("stages", "value_bands", "loyalty", "age_bands"):
            names = [one.name for one in getattr(self, field)]
            if len(set(names)) != len(names):
                raise ValueError(f"{field}: name ≠ name")
        if [stage.is_open() for stage in self.stages].index(True) != len(self.stages) - 1:
            raise ValueError("stages: only the last one without a condition")
        bands, last = self.value_bands, self.value_bands[-1]
        if last.asks_something() or not all(band.asks_something() for band in bands[:-1]):
            raise ValueError("value_bands: only the last one without a threshold")
        years = [grade.years for grade in self.loyalty]
        if years != sorted(set(years), reverse=True) or years[-1] or years[0] > self.general.loyalty_years:
            raise ValueError("loyalty: loyalty_years ≥ a > b > 0")
        ends = [band.below_years for band in self.age_bands]
        inner = [end for end in ends[:-1] if end is not None]
        if ends[-1] is not None or len(inner) != len(ends) - 1 or inner != sorted(set(inner)):
            raise ValueError("age_bands: a < b < (no end)")
        return self


def _validate(name: Name, model: type[_Model], document: dict[str, object]) -> _Model:
    try:
        return model.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        value = "" if isinstance(first["input"], dict) else first["input"]
        refuse(name, 0, ".".join(str(part) for part in first["loc"]) or "–", value, first["msg"])
    except ValueError as error:  # index() of a list without the value: no stage takes everybody
        refuse(name, 0, "stages", "", str(error))


def parse_tariffs(content: bytes) -> tuple[Header, tuple[Tariff, ...]]:
    """Read the tariffs of all known periods, oldest first."""
    header, document = read_toml(Name.TARIFFS, content)
    read = _validate(Name.TARIFFS, _Tariffs, document)
    return header, tuple(
        Tariff(
            **{
                **dict(tariff),
                "letters": tuple(Product(**dict(product)) for product in tariff.letters),
                "dialogue": tuple(Product(**dict(product)) for product in tariff.dialogue),
            }
        )
        for tariff in read.tariffs
    )


def parse_segments(content: bytes) -> tuple[Header, own.Definitions]:
    """Read the definitions of the segments."""
    header, document = read_toml(Name.SEGMENTS, content)
    read = _validate(Name.SEGMENTS, _Segments, document)
    return header, own.Definitions(
        **dict(read.general),
        stages=tuple(own.StageRule(**_labelled(one)) for one in read.stages),
        value_bands=tuple(own.ValueBand(**_labelled(one)) for one in read.value_bands),
        loyalty=tuple(own.LoyaltyGrade(**_labelled(one)) for one in read.loyalty),
        age_bands=tuple(own.AgeBand(**_labelled(one)) for one in read.age_bands),
        services=tuple(
            own.ServiceScore(
                **{
                    **_labelled(one),
                    "weights": {own.Factor(key): value for key, value in one.weights.model_dump().items() if value},
                }
            )
            for one in read.services
        ),
    )


def _labelled(one: _Stage | _ValueBand | _Loyalty | _AgeBand | _Service) -> dict[str, Any]:
    return {**dict(one), "label": one.label.model_dump()}
