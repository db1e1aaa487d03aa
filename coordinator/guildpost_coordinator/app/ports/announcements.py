"""What connected agents are to hear, handed from rounds and catalogue to the presence streams."""

from collections.abc import Callable
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


class Newsstand(Protocol):
    """The reading side: readers remember a position, the first is 0."""

    def since(self, position: int) -> tuple[tuple[CatalogueChanged | RoundWindow, ...], int]:
        """Give what holds now and was posted after a position, oldest first, and the position after it."""
        ...

    def listening(self, ring: Callable[[], None]) -> AbstractContextManager[None]:
        """Have something called whenever there is news, from any thread, until the block ends; it must not wait."""
        ...
