"""The whole ledger in memory: stored rows by customer, made into entries only for whom somebody asks about."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Generic, TypeVar

from guildpost_agent.domain.consent.events import ConsentEvent
from guildpost_agent.domain.consent.state import NOTHING_STORED, ConsentState, fold

_Row = TypeVar("_Row")


class ConsentBook(Generic[_Row]):
    """Answers for any customer, without a query for each.

    Attributes:
        rows: each customer's stored rows, in the ledger's order.
    """

    def __init__(
        self,
        rows: Mapping[str, list[_Row]],
        make: Callable[[_Row], ConsentEvent],
        last_used: Mapping[str, Mapping[str, datetime]],
    ) -> None:
        self.rows = rows
        self._make = make
        self._last_used = last_used

    def events_of(self, *customer_ids: str) -> list[ConsentEvent]:
        """List the entries of a person's records, oldest first."""
        found = [self._make(row) for customer_id in customer_ids for row in self.rows.get(customer_id, ())]
        return sorted(found, key=lambda event: event.seq)

    def of(self, *customer_ids: str) -> ConsentState:
        """Give the state of a person, who may have several records."""
        if not any(customer_id in self.rows for customer_id in customer_ids):
            return NOTHING_STORED
        used: dict[str, datetime] = {}
        for customer_id in customer_ids:
            for channel, at in self._last_used.get(customer_id, {}).items():
                used[channel] = max(at, used.get(channel, at))
        return fold(self.events_of(*customer_ids), used)

    def customer_ids(self) -> Iterable[str]:
        """List who has entries."""
        return self.rows.keys()
