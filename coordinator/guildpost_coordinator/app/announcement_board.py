"""The board between rounds, catalogue and presence streams: what holds now, each item with a position.

Readers remember a position, not a queue: a slow agent misses intermediate versions, never the last one, and costs no
memory.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from guildpost_shared.clock import Clock
from guildpost_shared.identity.presence import CatalogueChanged, RoundWindow

Item = CatalogueChanged | RoundWindow


class AnnouncementBoard:
    """Keep the current announcements in memory; after a restart their owners announce again."""

    def __init__(self, clock: Clock) -> None:
        """Start empty.

        Args:
            clock: the wall clock; rounds that have closed are dropped.
        """
        self._clock = clock
        self._lock = threading.Lock()
        self._items: dict[str, tuple[int, Item]] = {}
        self._position = 0
        self._bells: list[Callable[[], None]] = []

    def announce_catalogue(self, version: int) -> None:
        """Tell everybody about a catalogue version; an older one than known is ignored."""
        with self._lock:
            _, known = self._items.get("catalogue", (0, None))
            if not isinstance(known, CatalogueChanged) or known.version < version:
                self._post("catalogue", CatalogueChanged(version))

    def announce_round(self, window: RoundWindow) -> None:
        """Tell everybody about a round; the same again is not news."""
        with self._lock:
            name = f"round/{window.round_id}"
            if self._items.get(name, (0, None))[1] != window:
                self._post(name, window)

    def withdraw_round(self, round_id: str) -> None:
        """Tell later comers nothing of a round any more."""
        with self._lock:
            self._items.pop(f"round/{round_id}", None)

    @contextmanager
    def listening(self, ring: Callable[[], None]) -> Iterator[None]:
        """Have something called whenever there is news; see the port."""
        with self._lock:
            self._bells.append(ring)
        try:
            yield
        finally:
            with self._lock:
                self._bells.remove(ring)

    def since(self, position: int) -> tuple[tuple[Item, ...], int]:
        """Give what holds now and was posted after a position, oldest first, and the position after it."""
        now = self._clock.now()
        with self._lock:
            if position == self._position:
                return (), position
            for name, (_, item) in list(self._items.items()):
                if isinstance(item, RoundWindow) and item.closes_at <= now:
                    del self._items[name]
            fresh = sorted(((at, item) for at, item in self._items.values() if at > position), key=lambda pair: pair[0])
            return tuple(item for _, item in fresh), self._position

    def _post(self, name: str, item: Item) -> None:
        self._position += 1
        self._items[name] = (self._position, item)
        for ring in self._bells:
            ring()
