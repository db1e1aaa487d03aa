"""Which announced rounds an agent enters: each takes a process of its own, and who announces may be hostile.

1. A round that is running here is not entered a second time: after every reconnection it is announced again. It is
   entered anew when that process has ended, for the coordinator may have been restarted and go on with the round.
2. At most ``AT_ONCE`` run side by side.
3. At most ``PER_MINUTE`` are entered within a minute, so that windows that lead nowhere cost little.
"""

from collections import deque
from datetime import datetime, timedelta
from typing import Final

AT_ONCE: Final = 4
PER_MINUTE: Final = 10
_MINUTE: Final = timedelta(minutes=1)


class RoundEntries:
    """The rounds of one membership; for one thread at a time."""

    def __init__(self) -> None:
        self._running: set[str] = set()
        self._again: set[str] = set()
        self._begun: deque[datetime] = deque(maxlen=PER_MINUTE)

    def begin(self, round_id: str, now: datetime) -> bool:
        """Enter a round, unless a rule is against it.

        Args:
            round_id: as announced.
            now: of the wall clock, UTC; a clock that went back frees nothing.

        Returns:
            Whether it is entered; then ``end`` follows.
        """
        if round_id in self._running:
            self._again.add(round_id)
            return False
        often = len(self._begun) == PER_MINUTE and now - self._begun[0] < _MINUTE
        if len(self._running) >= AT_ONCE or often:
            return False
        self._running.add(round_id)
        self._begun.append(now)
        return True

    def end(self, round_id: str) -> bool:
        """Leave a round.

        Returns:
            Whether it was announced again meanwhile.
        """
        again = round_id in self._again
        self._running.discard(round_id)
        self._again.discard(round_id)
        return again
