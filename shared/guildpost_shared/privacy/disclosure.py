"""What may be shown of an unmasked sum (rules R4, R5 and R6 for masked studies).

- R5: at least the floor of legal entities, counted in groups;
- R6: the youngest data are at least 30 days old;
- R4: at least 20 customers stand behind a shown cell (``suppression``).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from guildpost_shared.errors import Refused

MIN_CELL: Final = 20
MIN_AGE_DAYS: Final = 30


@dataclass(frozen=True)
class DisclosureRules:
    """Floors of one study; never below the house's own."""

    floor_groups: int
    min_cell: int = MIN_CELL
    min_age_days: int = MIN_AGE_DAYS


def require_releasable(rules: DisclosureRules, *, groups: int, youngest: date, today: date) -> None:
    """Refuse a release that covers too few groups or data that are too young.

    Args:
        rules: the study's floors.
        groups: legal entities in the sum.
        youngest: the last day from which a datum can stem.
        today: the day of the release.

    Raises:
        Refused: ``release_too_few_groups`` or ``release_too_young``.
    """
    if groups < rules.floor_groups:
        raise Refused("release_too_few_groups", groups=groups, floor=rules.floor_groups)
    age = (today - youngest).days
    if age < rules.min_age_days:
        earliest = youngest + timedelta(days=rules.min_age_days)
        raise Refused("release_too_young", days=age, least=rules.min_age_days, date=earliest.isoformat())
