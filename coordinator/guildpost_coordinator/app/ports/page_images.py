"""Pictures of a PDF's pages."""

from dataclasses import dataclass
from typing import Protocol

from guildpost_coordinator.domain.preview.areas import Gray


@dataclass(frozen=True)
class PageImage:
    """A page: its pixels, and the same as a PNG file."""

    pixels: Gray
    png: bytes


class PageImages(Protocol):
    """Draws pages."""

    def pages(self, pdf: bytes, first: int, last: int) -> tuple[PageImage, ...]:
        """Draw pages ``first`` to ``last``, counted from 1, in shades of grey at 96 pixels an inch."""
        ...
