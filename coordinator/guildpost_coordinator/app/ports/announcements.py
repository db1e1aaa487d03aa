"""What connected agents are to hear, handed from rounds and catalogue to the presence streams."""

from contextlib import AbstractContextManager
from typing import Protocol

from guildpost_shared.identity.presence import CatalogueChanged, RoundWindow


class Announcements(Protocol):
    """The writing side: thread-safe, every method returns at once."""

    def announce_catalogue(self, version: int) -> None:
        """Tell everybody about a catalogue version, now and whoever connects later."""
        ...

    def announce_round(self, window: RoundWindow) -> None:
        """Tell everybody about a round, now and whoever connects before it closes."""
        ...

    def withdraw_round(self, round_id: str) -> None:
        """Tell later comers nothing of a round any more."""
        ...


class Reader(Protocol):
    """One listener's place at the board."""

    def wait(self, timeout: float) -> tuple[CatalogueChanged | RoundWindow, ...]:
        """Wait for news: what holds now at the first call, afterwards what changed since the last one.

        Args:
            timeout: seconds; when they pass, or when the bell was rung, nothing may be returned.
        """
        ...

    def ring(self) -> None:
        """Let ``wait`` return now; callable from any thread."""
        ...


class Newsstand(Protocol):
    """The reading side."""

    def reader(self) -> AbstractContextManager[Reader]:
        """Take a place at the board until the block ends."""
        ...
