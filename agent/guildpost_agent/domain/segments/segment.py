"""Where a customer stands: the value that is stored and shown; ``life_cycle`` works it out."""

from dataclasses import dataclass
from datetime import date
from typing import Final

PRIVATE: Final = "private"
BUSINESS: Final = "business"
FLEET: Final = "fleet"


@dataclass(frozen=True)
class CustomerSegment:
    """Where a customer stands on a day.

    Attributes:
        recency_days: days since the last visit; None without any.
        visits: within the window.
        hours: labour hours within the window.
        age_band: of the youngest vehicle the customer keeps; empty without one whose age is known.
    """

    customer_id: str
    stage: str
    recency_days: int | None
    visits: int
    hours: float
    value_band: str
    loyalty: str
    kind: str
    age_band: str
    computed_on: date
