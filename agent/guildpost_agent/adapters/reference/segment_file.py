"""The definitions of the segments: a TOML document, checked field by field."""

from typing import Annotated, Any

from pydantic import Field, model_validator

from guildpost_agent.adapters.reference.checked import Code, Section, validate
from guildpost_agent.adapters.reference.reading import read_toml
from guildpost_agent.domain.reference.dataset import Header, Name
from guildpost_agent.domain.segments import definitions as own

_Months = Annotated[int, Field(ge=1, le=240)]


class _Label(Section):
    de: str = Field(min_length=1, max_length=60)
    en: str = Field(min_length=1, max_length=60)


class _General(Section):
    window_months: _Months
    loyalty_years: int = Field(ge=1, le=20)
    fleet_vehicles: int = Field(ge=2, le=1000)
    gone_after_months: _Months
    declined_months: _Months
    declined_words: tuple[Annotated[str, Field(min_length=3)], ...]
    least_score: float = Field(ge=0.0, le=1.0)


class _Stage(Section):
    name: Code
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


class _ValueBand(Section):
    name: Code
    label: _Label
    visits: int = Field(default=0, ge=0, le=1000)
    hours: float = Field(default=0.0, ge=0.0, le=10_000.0)
    euros: float = Field(default=0.0, ge=0.0, le=1_000_000.0)

    def asks_something(self) -> bool:
        """Say whether there is a threshold."""
        return bool(self.visits or self.hours or self.euros)


class _Loyalty(Section):
    name: Code
    label: _Label
    years: int = Field(ge=0, le=20)


class _AgeBand(Section):
    name: Code
    label: _Label
    below_years: int | None = Field(default=None, ge=1, le=100)


class _Weights(Section):
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


class _Service(Section):
    service_id: Code
    label: _Label
    weights: _Weights
    due_days: int = Field(default=60, ge=1, le=730)
    age_years: int = Field(default=10, ge=1, le=50)
    mileage_km: int = Field(default=150_000, ge=1000, le=1_000_000)
    absence_months: _Months = 12


class _Segments(Section):
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


def parse_segments(content: bytes) -> tuple[Header, own.Definitions]:
    """Read the definitions of the segments."""
    header, document = read_toml(Name.SEGMENTS, content)
    read = validate(Name.SEGMENTS, _Segments, document)
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
