"""The board between rounds, catalogue and presence streams: what holds now, each item with a position.

Readers remember a position, not a queue: a slow agent misses intermediate versions, never the last one, and costs no
memory.
"""

import threading
from collections.abc import Iterator
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
        self._readers: set[_BoardReader] = set()

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
    def reader(self) -> Iterator["_BoardReader"]:
        """Take a place at the board until the block ends."""
        reader = _BoardReader(self)
        with self._lock:
            self._readers.add(reader)
        try:
            yield reader
        finally:
            with self._lock:
                self._readers.discard(reader)

    def since(self, position: int) -> tuple[tuple[Item, ...], int]:
        """Give what holds now and was posted after a position, oldest first, and the position after it."""
        now = self._clock.now()
        with self._lock:
            for name, (_, item) in list(self._items.items()):
                if isinstance(item, RoundWindow) and item.closes_at <= now:
                    del self._items[name]
            fresh = sorted(((at, item) for at, item in self._items.values() if at > position), key=lambda pair: pair[0])
            return tuple(item for _, item in fresh), self._position

    def _post(self, name: str, item: Item) -> None:
        self._position += 1
        self._items[name] = (self._position, item)
        for reader in self._readers:
            reader.ring()


class _BoardReader:
    """One listener's place: a bell and the position up to which it has read."""

    def __init__(self, board: AnnouncementBoard) -> None:
        self._board = board
        self._bell = threading.Event()
        self._bell.set()  # what holds now is news to a newcomer
        self._position = 0

    def wait(self, timeout: float) -> tuple[Item, ...]:
        """Wait for news; see the port."""
        self._bell.wait(timeout)
        self._bell.clear()
        news, self._position = self._board.since(self._position)
        return news

    def ring(self) -> None:
        """Let ``wait`` return now."""
        self._bell.set()
