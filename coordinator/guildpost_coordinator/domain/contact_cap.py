"""How many contacts a year may be recommended as a cap: what a release of contact pressure says about objections.

The rule, over the buckets in order, with the share of objections that the brand tolerates:

    high    the last number before the first bucket of which objections are clearly more (its interval lies above)
    low     the last number up to which they are clearly not more (the intervals lie below), at least one
    cap     the last number before the first bucket of which the best guess is more, within low and high

Where no bucket is clearly too much, nothing limits the cap from above, and none is recommended: a number without an
interval would be invented. Each interval is one of 95 % by itself. What is suppressed is not known. The recommendation
is one: every dealer's own cap stands.
"""

from dataclasses import dataclass
from typing import Final

from guildpost_shared.studies.tables import Table

TOLERATED: Final = 0.01
"""One objection in a hundred messages."""


@dataclass(frozen=True)
class RecommendedCap:
    """Contacts a year: the recommendation, and the numbers between which the figures leave it open."""

    contacts: int
    low: int
    high: int


def recommended_cap(objected: Table, tolerated: float = TOLERATED) -> RecommendedCap | None:
    """Recommend a cap, or nothing.

    Args:
        objected: share of objections by bucket of contacts within a year, as released.
        tolerated: share of objections, in (0, 1).
    """
    known = [(first_of(row), figure) for row, figure in objected.rows if figure is not None]
    too_much = [first for first, figure in known if figure.low > tolerated]
    if not too_much or too_much[0] == 1:
        return None
    high = too_much[0] - 1
    low = high
    for row, figure in objected.rows:
        if figure is None or figure.high > tolerated:
            low = first_of(row) - 1
            break
    guess = next(first - 1 for first, figure in known if figure.rate > tolerated)
    low = min(max(1, low), high)
    return RecommendedCap(min(max(low, guess), high), low, high)


def first_of(row: str) -> int:
    """Give the number of contacts at which a bucket begins."""
    return int(row.partition("-")[0].rstrip("+"))
