"""Text that knows where each of its characters came from, so that a finding names the line of the source."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

VALUE: Final = "\ue010"
"""Stands for a value that the message brings (a name, a month); private use, no template writes it."""
DEALER: Final = "\ue011"
"""Stands for a value that the dealer fills (a slot)."""


@dataclass(frozen=True)
class Marked:
    """A text and, for each character, its offset in the source."""

    text: str
    places: Sequence[int]

    @classmethod
    def of(cls, source: str, start: int = 0) -> "Marked":
        """Mark a piece of the source.

        Args:
            source: the piece.
            start: where it begins in the source.
        """
        return cls(source, range(start, start + len(source)))

    @classmethod
    def at(cls, text: str, place: int) -> "Marked":
        """Put a text that was worked out at one place of the source."""
        return cls(text, [place] * len(text))

    @classmethod
    def join(cls, pieces: Iterable["Marked"]) -> "Marked":
        """Put pieces one after the other."""
        kept = [piece for piece in pieces if piece.text]
        return cls("".join(piece.text for piece in kept), [place for piece in kept for place in piece.places])

    def cut(self, start: int, end: int) -> "Marked":
        """Take a part."""
        return Marked(self.text[start:end], self.places[start:end])

    def sub(self, pattern: re.Pattern[str], replace: Callable[[re.Match[str]], str]) -> "Marked":
        """Replace every match; what replaces it stands where the match began."""
        pieces: list[Marked] = []
        last = 0
        for match in pattern.finditer(self.text):
            pieces.append(self.cut(last, match.start()))
            if match.end() > match.start():
                pieces.append(Marked.at(replace(match), self.places[match.start()]))
            last = match.end()
        if not pieces:
            return self
        return Marked.join([*pieces, self.cut(last, len(self.text))])

    def place(self, at: int) -> int:
        """Give the offset in the source of a position in the text."""
        if not self.places:
            return 0
        return self.places[min(at, len(self.places) - 1)]


class Lines:
    """Turns offsets of a source into lines, counted from 1."""

    def __init__(self, source: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer(r"\n", source))]

    def of(self, offset: int) -> int:
        """Give the line of an offset."""
        return bisect_right(self._starts, offset)
