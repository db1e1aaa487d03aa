"""Letters by Leitregion and the prices of a release, for tests of postage.

letters({"84": 260, "94": 45})                    # light advertising letters without a deadline
prices(release=date(2026, 3, 3))                  # the shipped tariff
"""

from collections.abc import Mapping
from datetime import date

from guildpost_agent.domain.postage.items import Content, Item
from guildpost_agent.domain.postage.prices import Prices, prices_on
from tests.fakes.reference_data import InMemoryReferenceData

TUESDAY = date(2026, 3, 3)
BY = frozenset({"BY"})
TARIFFS = InMemoryReferenceData().tariffs()


def letters(
    counts: Mapping[str, int], run: str = "", content: Content = Content.ADVERTISING, weight_g: int = 10
) -> list[Item]:
    """Make so many letters per Leitregion."""
    return [
        Item(f"{run}{region}-{number}", region, weight_g, content)
        for region, count in counts.items()
        for number in range(count)
    ]


def prices(release: date = TUESDAY, *, vat_counts: bool = False, machinable: bool = True) -> Prices:
    """Give the shipped tariff's prices."""
    return prices_on(TARIFFS, release, BY, vat_counts=vat_counts, machinable=machinable)
