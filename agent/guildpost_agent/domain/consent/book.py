"""The whole ledger in memory: stored rows by customer, made into entries only for whom somebody asks about."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
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
        likeness: Callable[[Sequence[_Row]], Hashable] = tuple,
    ) -> None:
        """Bring the ledger.

        Args:
            rows: each customer's stored rows, in the ledger's order.
            make: makes a row an entry.
            last_used: for each customer and channel the last use.
            likeness: names what a decision can rest on in rows, given in any order.
        """
        self.rows = rows
        self._make = make
        self._last_used = last_used
        self._likeness = likeness

    def events_of(self, *customer_ids: str) -> list[ConsentEvent]:
        """List the entries of a person's records, oldest first."""
        found = [self._make(row) for customer_id in customer_ids for row in self.rows.get(customer_id, ())]
        return sorted(found, key=lambda event: event.seq)

    def of(self, *customer_ids: str) -> ConsentState:
        """Give the state of a person, who may have several records."""
        if not any(customer_id in self.rows for customer_id in customer_ids):
            return NOTHING_STORED
        return fold(self.events_of(*customer_ids), self._used(customer_ids))

    def likeness(self, *customer_ids: str) -> Hashable:
        """Name what decisions about a person rest on: who has the same name is decided alike; None: nothing said."""
        rows = [row for customer_id in customer_ids for row in self.rows.get(customer_id, ())]
        used = self._used(customer_ids) if rows and self._last_used else {}
        return (self._likeness(rows), *sorted(used.items())) if rows else None

    def _used(self, customer_ids: Iterable[str]) -> dict[str, datetime]:
        """Give for each channel the last use by any record of a person."""
        used: dict[str, datetime] = {}
        for customer_id in customer_ids:
            for channel, at in self._last_used.get(customer_id, {}).items():
                used[channel] = max(at, used.get(channel, at))
        return used

    def customer_ids(self) -> Iterable[str]:
        """List who has entries."""
        return self.rows.keys()
