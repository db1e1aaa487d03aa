"""What the carrier takes, by day. Whole cents; dialogue post net of VAT."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta


@dataclass(frozen=True)
class Product:
    """A product up to a weight in grams, its price per item in cents (thousandths are cut: the carrier has none)."""

    name: str
    up_to_g: int
    cents: int


@dataclass(frozen=True)
class Tariff:
    """One period's prices and conditions.

    Attributes:
        valid_from: first day.
        valid_to: last day; None while no end is announced.
        source: who says so.
        letters: letter products, lightest first.
        dialogue: advertising letters in bulk, lightest first.
        national_minimum: items of a national posting.
        regional_minimum: items per Leitregion of a regional posting.
        easy_minimum: items of a posting below the national minimum.
        easy_cents: its surcharge per item.
        season_months: months with a surcharge.
        season_cents: that surcharge per item.
        not_machinable_cents: surcharge per item that a machine cannot sort.
        letter_rebate_permille: off the price of letters, by the dealer's contract with a consolidator.
        dialogue_rebate_permille: off the base price of bulk postings, for sorting and preparing them.
        letter_vat_percent: on letters; 0 while the universal service is exempt.
        dialogue_vat_percent: on bulk postings.
        dialogue_weekdays: ISO weekdays on which bulk postings are taken in.
        dialogue_working_days: from posting to the reader.
    """

    valid_from: date
    valid_to: date | None
    source: str
    letters: tuple[Product, ...]
    dialogue: tuple[Product, ...]
    national_minimum: int
    regional_minimum: int
    easy_minimum: int
    easy_cents: int
    season_months: frozenset[int]
    season_cents: int
    not_machinable_cents: int
    letter_rebate_permille: int
    dialogue_rebate_permille: int
    letter_vat_percent: int
    dialogue_vat_percent: int
    dialogue_weekdays: frozenset[int]
    dialogue_working_days: int

    def surcharge_cents(self, day: date, *, machinable: bool = True) -> int:
        """Give what an item of a bulk posting costs on top of its base price on a day."""
        season = self.season_cents if day.month in self.season_months else 0
        return season + (0 if machinable else self.not_machinable_cents)


@dataclass(frozen=True)
class TariffOfDay:
    """The tariff to reckon with; ``assumed`` when none is known for the day and the nearest stands in."""

    tariff: Tariff
    assumed: bool


@dataclass(frozen=True)
class Tariffs:
    """All known periods, oldest first, without overlap."""

    periods: Sequence[Tariff]

    def on(self, day: date) -> TariffOfDay:
        """Find the tariff of a day; the latest before it (else the first) stands in where none is known."""
        for tariff in self.periods:
            if tariff.valid_from <= day and (tariff.valid_to is None or day <= tariff.valid_to):
                return TariffOfDay(tariff, assumed=False)
        earlier = [tariff for tariff in self.periods if tariff.valid_from <= day]
        return TariffOfDay(earlier[-1] if earlier else self.periods[0], assumed=True)


def laid_over(shipped: Sequence[Tariff], own: Sequence[Tariff]) -> tuple[Tariff, ...]:
    """Let a dealer's periods count from their first day on; before it, the shipped ones hold.

    Args:
        shipped: oldest first, without overlap.
        own: likewise, at least one.
    """
    first = own[0].valid_from
    last_before = first - timedelta(days=1)
    kept = [
        replace(one, valid_to=last_before if one.valid_to is None else min(one.valid_to, last_before))
        for one in shipped
        if one.valid_from < first
    ]
    return (*kept, *own)
