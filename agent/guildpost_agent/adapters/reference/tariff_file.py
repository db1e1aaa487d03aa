"""Carrier tariffs: a TOML document of dated periods, checked field by field.

Lower bounds catch the slip that is most likely: a price in euros where whole cents belong.
"""

from datetime import date
from itertools import pairwise
from typing import Annotated

from pydantic import Field, model_validator

from guildpost_agent.adapters.reference.checked import Code, Section, validate
from guildpost_agent.adapters.reference.reading import read_toml
from guildpost_agent.domain.reference.dataset import Header, Name
from guildpost_agent.domain.reference.tariffs import Product, Tariff

_Price = Annotated[int, Field(ge=10, le=10_000)]
_Surcharge = Annotated[int, Field(ge=0, le=10_000)]
_Items = Annotated[int, Field(ge=1, le=1_000_000)]
_Percent = Annotated[int, Field(ge=0, le=30)]
_Permille = Annotated[int, Field(ge=0, le=900)]


class _Product(Section):
    name: Code
    up_to_g: int = Field(ge=1, le=2000)
    cents: _Price


class _Tariff(Section):
    valid_from: date
    valid_to: date | None = None
    source: str = Field(min_length=1)
    letters: tuple[_Product, ...] = Field(min_length=1)
    dialogue: tuple[_Product, ...]
    national_minimum: _Items
    regional_minimum: _Items
    easy_minimum: _Items
    easy_cents: _Surcharge
    season_months: frozenset[Annotated[int, Field(ge=1, le=12)]] = frozenset()
    season_cents: _Surcharge = 0
    not_machinable_cents: _Surcharge = 0
    letter_rebate_permille: _Permille = 0
    dialogue_rebate_permille: _Permille = 0
    letter_vat_percent: _Percent = 0
    dialogue_vat_percent: _Percent = 19
    dialogue_weekdays: frozenset[Annotated[int, Field(ge=1, le=5)]] = Field(
        default=frozenset({2, 3, 4, 5}), min_length=1
    )
    dialogue_working_days: int = Field(default=4, ge=1, le=10)

    @model_validator(mode="after")
    def _runs_forwards(self) -> "_Tariff":
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("valid_to < valid_from")
        for products in (self.letters, self.dialogue):
            if any(one.up_to_g >= next_one.up_to_g for one, next_one in pairwise(products)):
                raise ValueError("up_to_g: a < b < c")
        if not self.regional_minimum <= self.easy_minimum < self.national_minimum:
            raise ValueError("regional_minimum ≤ easy_minimum < national_minimum")
        return self


class _Tariffs(Section):
    tariffs: tuple[_Tariff, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _no_overlap(self) -> "_Tariffs":
        for one, later in pairwise(self.tariffs):
            if one.valid_to is None or later.valid_from <= one.valid_to:
                raise ValueError("valid_from ≤ valid_to")
        return self


def parse_tariffs(content: bytes) -> tuple[Header, tuple[Tariff, ...]]:
    """Read the tariffs of all known periods, oldest first."""
    header, document = read_toml(Name.TARIFFS, content)
    read = validate(Name.TARIFFS, _Tariffs, document)
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
