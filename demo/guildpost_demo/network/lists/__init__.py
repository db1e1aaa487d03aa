"""The raw material of the sample network: invented makes, real places, frequent names.

Postcodes, towns and plate districts are real, so that sorting, holidays and regions behave as they will in practice;
makes, models and type keys are invented; people are drawn from frequent names and exist nowhere.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import accumulate
from random import Random
from typing import Final, Generic, TypeVar

T = TypeVar("T")
FUELS: Final = {"B": "Benzin", "D": "Diesel", "E": "Elektro", "H": "Hybrid", "P": "Plug-in-Hybrid", "N": ""}


@dataclass(frozen=True, slots=True)
class Place:
    """A postcode with its town, state (two letters) and plate district."""

    region: str
    postcode: str
    town: str
    state: str
    plate: str


@dataclass(frozen=True, slots=True)
class Model:
    """A vehicle model; ``kind`` as the management system writes it, service interval in months and km."""

    make: str
    name: str
    kind: str
    fuels: tuple[str, ...]
    fuel_weights: tuple[int, ...]
    hsn: str
    tsn: str
    wmi: str
    since: int
    until: int
    weight: int
    service_months: int
    service_km: int


class Weighted(Generic[T]):
    """Draw values by their weights (one bisection per draw)."""

    def __init__(self, values: list[T], weights: list[float]) -> None:
        self.values = values
        self._cumulated = list(accumulate(weights))

    def draw(self, rng: Random) -> T:
        """Return one value."""
        return rng.choices(self.values, cum_weights=self._cumulated)[0]


def _text(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _by_rank(values: list[str]) -> Weighted[str]:
    """Weigh a list that is sorted by frequency: names fall off roughly like one over rank."""
    return Weighted(values, [1.0 / (rank + 8) ** 0.7 for rank in range(len(values))])


@cache
def given_names() -> dict[tuple[str, str], Weighted[str]]:
    """Read the given names by sex (``m``, ``f``) and era (``old``, ``mid``, ``young``)."""
    found = {}
    for line in _text("given_names.txt").splitlines():
        if not line.startswith("#"):
            head, _, names = line.partition(":")
            sex, era = head.split()
            found[sex, era] = _by_rank(names.split())
    return found


@cache
def family_names() -> Weighted[str]:
    """Read the family names; a star stands for the blank in a name of nobility."""
    lines = [line for line in _text("family_names.txt").splitlines() if not line.startswith("#")]
    return _by_rank([name.replace("*", " ") for line in lines for name in line.split()])


@cache
def streets() -> Weighted[str]:
    """Read the street names."""
    return _by_rank(_text("streets.txt").splitlines())


@cache
def places(region: str) -> tuple[Place, ...]:
    """Read the postcodes around one dealership's town, or all for an empty region."""
    rows = csv.DictReader(_text("places.csv").splitlines(), delimiter=";")
    return tuple(Place(**row) for row in rows if region in {"", row["region"]})


@cache
def models() -> tuple[Model, ...]:
    """Read the vehicle models."""
    return tuple(_model(row) for row in csv.DictReader(_text("models.csv").splitlines(), delimiter=";"))


def _model(row: dict[str, str]) -> Model:
    fuels = row["fuels"].split()
    return Model(
        make=row["make"],
        name=row["model"],
        kind=row["kind"],
        fuels=tuple(FUELS[fuel[0]] for fuel in fuels),
        fuel_weights=tuple(int(fuel[1:]) for fuel in fuels),
        hsn=row["hsn"],
        tsn=row["tsn"],
        wmi=row["wmi"],
        since=int(row["since"]),
        until=int(row["until"]),
        weight=int(row["weight"]),
        service_months=int(row["service_months"]),
        service_km=int(row["service_km"]),
    )
