r"""Patterns for slots: a few signs that can be read by people and matched in bounded time.

    [A-Z]{2}-\d{4}      SO-1234
    \d{1,3} Jahre       3 Jahre

Literal characters, ``\d`` (a digit), ``\w`` (a letter or digit), sets such as ``[A-Za-zÄÖÜ]``, each with ``?``,
``{m}`` or ``{m,n}``. There is no ``*``, no ``+``, no group and no choice: the brand writes the pattern, the dealer's
machine runs it, and the time grows with the length of text and pattern alone.
"""

import re
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

MOST_REPEATS: Final = 100
MOST_PARTS: Final = 40
_SET: Final = r"\[(?P<set>[^\[\]\\^]{1,60})\]"
_PART: Final = re.compile(
    rf"(?:{_SET}|(?P<known>\\[dw])|(?P<plain>[^\\\[\](){{}}*+?|^$.]))(?P<often>\?|\{{\d{{1,3}}(?:,\d{{1,3}})?\}})?"
)


@dataclass(frozen=True)
class _Part:
    """Which characters may stand here, and how often."""

    ranges: tuple[tuple[str, str], ...]
    known: str
    least: int
    most: int

    def takes(self, character: str) -> bool:
        if self.known:
            return character.isdecimal() if self.known == "d" else character.isalnum()
        return any(low <= character <= high for low, high in self.ranges)


class SlotPattern:
    """A pattern, read once."""

    def __init__(self, source: str) -> None:
        """Read a pattern.

        Raises:
            ValueError: it uses something else, or repeats without bounds.
        """
        self.source = source
        self._parts: list[_Part] = []
        at = 0
        while at < len(source):
            found = _PART.match(source, at)
            if found is None or len(self._parts) >= MOST_PARTS:
                raise ValueError(source)
            self._parts.append(_part(found))
            at = found.end()
        if not self._parts:
            raise ValueError(source)

    def fits(self, text: str) -> bool:
        """Say whether a whole text matches; every way to read it is followed at once."""
        places = [True] + [False] * len(text)
        for part in self._parts:
            places = _after(part, text, places)
        return places[-1]


def _after(part: _Part, text: str, places: list[bool]) -> list[bool]:
    """Say of each place whether the next part may begin there.

    From a place, a part reaches a stretch of places; where stretches begin and end is added up.
    """
    steps = [0] * (len(places) + 1)
    run = 0  # so many characters from here on may stand in the part
    for at in range(len(text), -1, -1):
        run = run + 1 if at < len(text) and part.takes(text[at]) else 0
        if places[at] and run >= part.least:
            steps[at + part.least] += 1
            steps[at + min(run, part.most) + 1] -= 1
    return [reached > 0 for reached in accumulate(steps[:-1])]


def _part(found: re.Match[str]) -> _Part:
    least, most = _often(found["often"])
    if not least <= most <= MOST_REPEATS or most == 0:
        raise ValueError(found[0])
    if found["known"]:
        return _Part((), found["known"][1], least, most)
    ranges = _ranges(found["set"]) if found["set"] else ((found["plain"], found["plain"]),)
    return _Part(ranges, "", least, most)


def _often(signs: str | None) -> tuple[int, int]:
    if not signs:
        return 1, 1
    if signs == "?":
        return 0, 1
    low, _, high = signs[1:-1].partition(",")
    return int(low), int(high or low)


def _ranges(inside: str) -> tuple[tuple[str, str], ...]:
    pairs = re.findall(r"(.)-(.)|(.)", inside, re.DOTALL)
    ranges = tuple((single, single) if single else (low, high) for low, high, single in pairs)
    if any(low > high for low, high in ranges):
        raise ValueError(inside)
    return ranges
