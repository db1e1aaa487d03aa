"""The ways to post a release, each in full: which letter by which product, and what is paid for.

    all letters     every item at the price of a letter
    regional mix    per Leitregion the cheaper of letters and bulk; below the minimum the missing items are paid too
    Easy            all that may be bulk at the bulk price and a surcharge, between two minimums
    national        all that may be bulk at the bulk price; below the minimum the missing items are paid too

What may not be bulk – a notice, a letter that would come too late, one too heavy – is a letter in every option.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from guildpost_agent.domain.postage.items import Item, by_region
from guildpost_agent.domain.postage.prices import Prices, Rate, vat_on

_EASY: Final = "_easy"


class Kind(StrEnum):
    """The options by name, the plainest first: it wins a tie."""

    ALL_LETTERS = "all_letters"
    REGIONAL_MIX = "regional_mix"
    EASY = "easy"
    NATIONAL = "national"


@dataclass(frozen=True)
class Line:
    """Items of one Leitregion by one product; a top-up pays for items that do not exist and names none.

    Amounts are tenths of a cent; ``region`` is empty for the top-up of a national posting.
    """

    product: str
    bulk: bool
    region: str
    item_ids: tuple[str, ...]
    paid_for: int
    unit: int
    vat_percent: int

    @property
    def net(self) -> int:
        """The amount without VAT."""
        return self.paid_for * self.unit

    @property
    def vat(self) -> int:
        """The VAT on it."""
        return vat_on(self.net, self.vat_percent)


@dataclass(frozen=True)
class Option:
    """One way to post everything; amounts in tenths of a cent, ``cost`` is the one to compare."""

    kind: Kind
    lines: tuple[Line, ...]
    net: int
    vat: int
    cost: int

    @property
    def assignment(self) -> dict[str, str]:
        """The product of every item."""
        return {item_id: line.product for line in self.lines for item_id in line.item_ids}


def options(items: Sequence[Item], prices: Prices) -> tuple[Option, ...]:
    """List every way that is open, all letters first.

    Args:
        items: each with a letter price (``Prices.letter``) and an id of its own.
        prices: of the release.

    Raises:
        ValueError: an item without a letter price, or an id that is there twice: bugs of the caller.
    """
    if len({item.item_id for item in items}) != len(items):
        raise ValueError("an item_id is there twice")
    bulk = [item for item in items if prices.bulk_rate(item) is not None]
    fixed = _letters([item for item in items if prices.bulk_rate(item) is None], prices)
    found = [_option(Kind.ALL_LETTERS, _letters(items, prices), prices)]
    count, minimum = len(bulk), prices.national_minimum
    if bulk:
        found.append(_option(Kind.REGIONAL_MIX, fixed + _regional(bulk, prices), prices))
    if bulk and prices.easy_minimum <= count < minimum:
        found.append(_option(Kind.EASY, fixed + _bulk(bulk, prices, easy=True), prices))
    if bulk and (count >= minimum or prices.top_up):
        lines = fixed + _bulk(bulk, prices) + _top_up("", bulk, minimum, prices)
        found.append(_option(Kind.NATIONAL, lines, prices))
    return tuple(found)


def _option(kind: Kind, lines: list[Line], prices: Prices) -> Option:
    net, vat = sum(line.net for line in lines), sum(line.vat for line in lines)
    return Option(kind, tuple(lines), net, vat, _cost(lines, prices))


def _cost(lines: Iterable[Line], prices: Prices) -> int:
    return sum(prices.counted(line.net, line.vat_percent) for line in lines)


def _regional(items: Sequence[Item], prices: Prices) -> list[Line]:
    lines = []
    for region, group in by_region(items):
        chosen = _letters(group, prices)
        if len(group) >= prices.regional_minimum or prices.top_up:
            posting = _bulk(group, prices) + _top_up(region, group, prices.regional_minimum, prices)
            chosen = min(chosen, posting, key=lambda one: _cost(one, prices))
        lines += chosen
    return lines


def _letters(items: Sequence[Item], prices: Prices) -> list[Line]:
    rated = []
    for item in items:
        rate = prices.letter(item)
        if rate is None:
            raise ValueError(f"no letter product carries {item.weight_g} g")
        rated.append((item, rate))
    return _lines(rated, prices.letter_vat_percent, bulk=False)


def _bulk(items: Sequence[Item], prices: Prices, *, easy: bool = False) -> list[Line]:
    rated = [(item, rate) for item in items if (rate := prices.bulk_rate(item)) is not None]
    if easy:
        rated = [(i, Rate(r.product + _EASY, r.up_to_g, r.tenths + prices.easy_tenths)) for i, r in rated]
    return _lines(rated, prices.bulk_vat_percent, bulk=True)


def _lines(rated: Iterable[tuple[Item, Rate]], vat_percent: int, *, bulk: bool) -> list[Line]:
    groups: defaultdict[tuple[str, Rate], list[str]] = defaultdict(list)
    for item, rate in rated:
        groups[item.region, rate].append(item.item_id)
    return [
        Line(rate.product, bulk, region, tuple(sorted(ids)), len(ids), rate.tenths, vat_percent)
        for (region, rate), ids in sorted(groups.items(), key=lambda entry: (entry[0][0], entry[0][1].up_to_g))
    ]


def _top_up(region: str, items: Sequence[Item], minimum: int, prices: Prices) -> list[Line]:
    """Pay for the items that are missing, at the price of the lightest one that is there."""
    missing = minimum - len(items)
    if missing <= 0:
        return []
    rate = min((rate for item in items if (rate := prices.bulk_rate(item))), key=lambda rate: rate.tenths)
    return [Line(rate.product, True, region, (), missing, rate.tenths, prices.bulk_vat_percent)]
