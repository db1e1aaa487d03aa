"""The witness beside the database that tells a copy from the original."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Mark:
    """What stands at the place: the value last written, and what only this very file on this machine has."""

    value: str
    place: str


class FenceKeeper(Protocol):
    """Keeps one value outside the database."""

    def read(self) -> Mark | None:
        """Give the mark; None where there is none."""
        ...

    def write(self, value: str) -> Mark:
        """Replace the value, durably.

        Raises:
            Unavailable: ``fence_not_written``.
        """
        ...
