"""From how many letters an option pays."""

from dataclasses import dataclass

from guildpost_agent.domain.postage.prices import Prices


@dataclass(frozen=True)
class BreakEvens:
    """From how many of the lightest letters an option pays; None where it never does.

    Attributes:
        regional: bulk to one Leitregion, topped up, is cheaper than letters.
        easy: Easy is cheaper than letters.
        national: a national posting, topped up, is cheaper than letters.
        national_over_easy: and cheaper than Easy.
    """

    regional: int | None
    easy: int | None
    national: int | None
    national_over_easy: int | None


def break_evens(prices: Prices) -> BreakEvens:
    """Find where the options meet."""
    if not prices.bulk:
        return BreakEvens(None, None, None, None)
    letter = prices.letters[0].tenths * _weight(prices, prices.letter_vat_percent)
    bulk = prices.bulk[0].tenths * _weight(prices, prices.bulk_vat_percent)
    easy = (prices.bulk[0].tenths + prices.easy_tenths) * _weight(prices, prices.bulk_vat_percent)
    return BreakEvens(
        regional=_from(prices.regional_minimum, bulk, letter, prices),
        easy=prices.easy_minimum if easy < letter else None,
        national=_from(prices.national_minimum, bulk, letter, prices),
        national_over_easy=_from(prices.national_minimum, bulk, easy, prices),
    )


def _weight(prices: Prices, vat_percent: int) -> int:
    return 100 + vat_percent if prices.vat_counts else 100


def _from(minimum: int, bulk: int, other: int, prices: Prices) -> int | None:
    """Give the least number of items at which the minimum in bulk is cheaper than so many of the other."""
    if bulk >= other:
        return None
    return min(minimum, minimum * bulk // other + 1) if prices.top_up else minimum
