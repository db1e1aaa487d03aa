"""What the last check reads, read for many mails at once and kept from one claiming transaction to the next.

A group is as large as the connections are many; what is read for it alone costs more than checking it. So the answers
are read for those as well whose turn comes next, and hold until somebody else writes to the database. That is asked at
the start of each claiming transaction, in which nobody else can write any more: ``UnitOfWork.seen``. What the run's own
transactions changed is known to the reading (``ReadAhead.moved``), or ends it (``spoil``).

    begin ──▶ ReadAhead.moved … ──▶ wrote ──▶ (commit) ──▶ committed ──▶ begin …

What was never committed is never kept.
"""

from collections.abc import Collection, Sequence
from typing import Final

from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.app.read_ahead import ReadAhead

AHEAD: Final = 192
"""For so many mails that come next answers are read together; as many as a composing process is ahead."""


class KeptReading:
    """A reading that is good for several transactions; ``order`` tells what will be asked about, and when."""

    def __init__(self, order: Sequence[str]) -> None:
        self._order = list(order)
        self._places = {one: place for place, one in enumerate(self._order)}
        self._covered: frozenset[str] = frozenset()
        self._reading: ReadAhead | None = None
        self._uow: UnitOfWork | None = None
        self._seen: object = None
        self._written: object = None

    def begin(self, uow: UnitOfWork, touchpoint_ids: Collection[str]) -> ReadAhead:
        """Give the reading for some touchpoints in a transaction: the last one, if everything is as it left it."""
        undisturbed = uow is self._uow or (self._seen is not None and uow.seen() == self._seen)
        self._uow, self._seen, self._written = uow, None, None
        if self._reading is None or not undisturbed or not self._covered.issuperset(touchpoint_ids):
            self._renew(uow, touchpoint_ids, AHEAD if undisturbed or self._reading is None else 0)
        reading = self._reading or ReadAhead(uow, touchpoint_ids)
        reading.go_on(uow)
        return reading

    def spoil(self) -> None:
        """Know that the transaction changed what the reading has not been told."""
        self._uow = None

    def wrote(self) -> None:
        """Know that the transaction has written what the reading was told of."""
        self._written = None if self._uow is None else self._uow.seen()

    def committed(self) -> None:
        """Know that what was written stays."""
        self._uow, self._seen, self._written = None, self._written, None

    def _renew(self, uow: UnitOfWork, touchpoint_ids: Collection[str], ahead: int) -> None:
        """Read anew: for those asked about, those on the way, and, unless others keep writing, those who come next."""
        first = min((self._places[one] for one in touchpoint_ids if one in self._places), default=len(self._order))
        open_ones = self._reading.on_the_way() if self._reading is not None else ()
        wanted = dict.fromkeys([*touchpoint_ids, *open_ones, *self._order[first : first + ahead]])
        self._covered, self._reading = frozenset(wanted), ReadAhead(uow, list(wanted))
