"""What a release costs per letter: the tariff in force on the posting day, with rebates, season and VAT said apart.

Money is in integer tenths of a cent, net of VAT: 0.38 EUR = 380. A rebate counts on the price of the list, surcharges
come on top of it. VAT is reckoned on the amount of a line, and counts only for a dealer who cannot deduct it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from guildpost_agent.domain.postage.items import Item
from guildpost_agent.domain.reference.tariffs import Product, Tariffs
from guildpost_agent.domain.working_days import add_working_days, is_working_day

TENTHS: Final = 10
_PERMILLE: Final = 1000
_PERCENT: Final = 100


@dataclass(frozen=True)
class Rate:
    """A product up to a weight in grams, and its price per item in tenths of a cent, net."""

    product: str
    up_to_g: int
    tenths: int


@dataclass(frozen=True)
class Prices:
    """The prices of one release.

    Attributes:
        letters: products that take every content, lightest first.
        bulk: advertising letters in bulk, lightest first.
        regional_minimum: items per Leitregion of a bulk posting.
        national_minimum: items of a bulk posting for the whole country.
        easy_minimum: items of a posting below the national minimum.
        easy_tenths: its surcharge per item.
        letter_vat_percent: 0 while the universal service is exempt (§ 4 no. 11b UStG).
        bulk_vat_percent: on bulk postings.
        vat_counts: the dealer cannot deduct input tax, so that prices are compared with VAT.
        letters_posted: the day on which letters are handed to the carrier.
        bulk_posted: the day for bulk postings.
        bulk_arrival: the day on which a bulk posting is with its readers.
        tariff_from: first day of the tariff behind them, of the later one where there are two.
        assumed: no tariff is known for one of the two days; the nearest stands in.
        top_up: the carrier lets a sender pay for missing items up to a minimum.
    """

    letters: tuple[Rate, ...]
    bulk: tuple[Rate, ...]
    regional_minimum: int
    national_minimum: int
    easy_minimum: int
    easy_tenths: int
    letter_vat_percent: int
    bulk_vat_percent: int
    vat_counts: bool
    letters_posted: date
    bulk_posted: date
    bulk_arrival: date
    tariff_from: date
    assumed: bool
    top_up: bool = True

    def letter(self, item: Item) -> Rate | None:
        """Give the letter product that carries an item; None where the tariff has none so heavy."""
        return _carrying(self.letters, item)

    def bulk_rate(self, item: Item) -> Rate | None:
        """Give the bulk product for an item; None where content, arrival or weight forbid it."""
        return _carrying(self.bulk, item) if item.may_be_bulk(self.bulk_arrival) else None

    def counted(self, net: int, vat_percent: int) -> int:
        """Give the amount that the dealer compares: net, or with VAT where it cannot be deducted."""
        return net + vat_on(net, vat_percent) if self.vat_counts else net


def _carrying(rates: Sequence[Rate], item: Item) -> Rate | None:
    return next((rate for rate in rates if item.weight_g <= rate.up_to_g), None)


def vat_on(net: int, percent: int) -> int:
    """Give the VAT on an amount, rounded half up."""
    return (net * percent + _PERCENT // 2) // _PERCENT


def prices_on(
    tariffs: Tariffs, release: date, states: frozenset[str], *, vat_counts: bool = False, machinable: bool = True
) -> Prices:
    """Give the prices of what is released on a day.

    Args:
        tariffs: of all known periods; letters and bulk may fall into two of them.
        release: the local day on which the batch is handed over.
        states: whose public holidays hold up posting and delivery.
        vat_counts: the dealer cannot deduct input tax.
        machinable: machines can sort the letters; otherwise bulk costs more.
    """
    day = release
    while not is_working_day(day, states):
        day += timedelta(days=1)
    letters = tariffs.on(day)
    bulk_day = day
    while bulk_day.isoweekday() not in letters.tariff.dialogue_weekdays or not is_working_day(bulk_day, states):
        bulk_day += timedelta(days=1)
    bulk = tariffs.on(bulk_day)
    surcharge = bulk.tariff.surcharge_cents(bulk_day, machinable=machinable) * TENTHS
    return Prices(
        letters=_rates(letters.tariff.letters, letters.tariff.letter_rebate_permille, 0),
        bulk=_rates(bulk.tariff.dialogue, bulk.tariff.dialogue_rebate_permille, surcharge),
        regional_minimum=bulk.tariff.regional_minimum,
        national_minimum=bulk.tariff.national_minimum,
        easy_minimum=bulk.tariff.easy_minimum,
        easy_tenths=bulk.tariff.easy_cents * TENTHS,
        letter_vat_percent=letters.tariff.letter_vat_percent,
        bulk_vat_percent=bulk.tariff.dialogue_vat_percent,
        vat_counts=vat_counts,
        letters_posted=day,
        bulk_posted=bulk_day,
        bulk_arrival=add_working_days(bulk_day, bulk.tariff.dialogue_working_days, states),
        tariff_from=max(letters.tariff.valid_from, bulk.tariff.valid_from),
        assumed=letters.assumed or bulk.assumed,
    )


def _rates(products: Sequence[Product], rebate_permille: int, surcharge: int) -> tuple[Rate, ...]:
    return tuple(
        Rate(
            product.name,
            product.up_to_g,
            (product.cents * TENTHS * (_PERMILLE - rebate_permille) + _PERMILLE // 2) // _PERMILLE + surcharge,
        )
        for product in products
    )
