"""Which polls reach the engine: one delivery means that all have mail.

The SuperLink saturates at about 150 polls a second, and nearly all polls find nothing. A stage of a round writes to
all nodes at once, though. So only a trickle of polls is let through until one of them finds mail; then everybody's
is, once each. A node that is written to alone waits ``PATIENCE_SECONDS`` at most.
"""

from typing import Final

TRICKLE_PER_SECOND: Final = 12.0
MAIL_SECONDS: Final = 5.0
PATIENCE_SECONDS: Final = 3.0
_LONG_AGO: Final = float("-inf")


class PollSchedule:
    """Decide poll by poll; instants are monotonic seconds."""

    def __init__(self) -> None:
        self._asked: dict[int, float] = {}
        self._served: dict[int, float] = {}
        self._mail_since = self._mail_until = self._last_trickle = _LONG_AGO

    def ask(self, node_id: int, now: float) -> bool:
        """Say whether this poll goes through to the engine."""
        through = (
            (now < self._mail_until and self._served.get(node_id, _LONG_AGO) < self._mail_since)
            or now - self._asked.get(node_id, _LONG_AGO) >= PATIENCE_SECONDS
            or now - self._last_trickle >= 1 / TRICKLE_PER_SECOND
        )
        if through:
            self._asked[node_id] = self._last_trickle = now
        return through

    def delivered(self, node_id: int, now: float) -> None:
        """Learn that a poll found mail; a second find by the same node means that new mail went out."""
        if now >= self._mail_until or self._served.get(node_id, _LONG_AGO) >= self._mail_since:
            self._mail_since = now
        self._mail_until = now + MAIL_SECONDS
        self._served[node_id] = now
