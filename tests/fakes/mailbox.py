"""A mailbox in memory, with the real one's behaviour.

    box = FakeMailbox([raw, raw])
    box.away = True                      # opening fails until it is set back
    box.crash_before = "put_away"        # the next call of that name raises, once

``box.inbox`` holds what waits, ``box.done`` what was put away.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from guildpost_shared.errors import Unavailable


class Crash(Exception):  # noqa: N818 — the process ends here; nothing handles it
    """The process ended."""


class FakeMailbox:
    """Keys count up and are never used again."""

    def __init__(self, messages: Iterable[bytes] = ()) -> None:
        self.inbox: dict[str, bytes] = {}
        self.done: dict[str, bytes] = {}
        self.away = False
        self.crash_before = ""
        self._next = 0
        for raw in messages:
            self.deliver(raw)

    def deliver(self, raw: bytes) -> str:
        """Let a message arrive; return its key."""
        self._next += 1
        key = f"{self._next:06}"
        self.inbox[key] = raw
        return key

    @contextmanager
    def open(self) -> Iterator["FakeMailbox"]:
        """Open it."""
        if self.away:
            raise Unavailable("mailbox_away", host="fake", reason="away")
        yield self

    def waiting(self) -> Sequence[str]:
        """List the keys."""
        return sorted(self.inbox)

    def read(self, key: str) -> bytes | None:
        """Read a message."""
        return self.inbox.get(key)

    def put_away(self, key: str) -> None:
        """Put a message away."""
        if self.crash_before == "put_away":
            self.crash_before = ""
            raise Crash
        if key in self.inbox:
            self.done[key] = self.inbox.pop(key)
