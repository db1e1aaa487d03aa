"""What learning reads of whom reminders went to: few columns of many rows."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Protocol


class Reminders(Protocol):
    """Reminders, by whom they went to."""

    def visit_days(self, customer_ids: Collection[str], since: date) -> Mapping[str, Sequence[date]]:
        """Give by customer the days of orders made on or after a day, whichever vehicle they were for, in any order."""
        ...
