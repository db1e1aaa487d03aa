"""Frames (rule R10): classes of words that fix a price when they stand together, in whatever order and inflection.

A list of phrases finds the sentences it has seen. A frame says who does what to which money instead: *all houses* ×
*the same* × *bill*; *take* × two numbers × *pay*; *with every service* × *add*. Two tables hold them:

    words/classes.toml   the classes (``classes``)
    words/frames.toml    all: classes of which each has to be in the sentence; unless: classes that excuse it;
                         clause: true where they have to stand between two commas; left: true where a price that is
                         left to the dealer excuses it

The work is linear: a word's classes are looked up once, however often it comes.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from guildpost_shared.lint.abstains import keeps_out_of_prices
from guildpost_shared.lint.classes import TOKEN, Classes, Place, classes
from guildpost_shared.lint.hits import By, Hit
from guildpost_shared.lint.left import left_to_the_dealer
from guildpost_shared.lint.marked import DEALER
from guildpost_shared.lint.sentences import sentence_ends
from guildpost_shared.lint.tables import table

_LONGEST: Final = 60
"""A sentence of more words is read in pieces of twice as many, each beginning half a piece after the last."""


@dataclass(frozen=True)
class _Frame:
    rule: str
    all: tuple[str, ...]
    unless: frozenset[str]
    clause: bool
    dealer: bool
    left: bool


@cache
def _frames() -> tuple[_Frame, ...]:
    return tuple(
        _Frame(
            row["rule"],
            tuple(row["all"]),
            frozenset(row.get("unless", ())),
            row.get("clause", False),
            row.get("dealer", True),
            row.get("left", False),
        )
        for row in table("frames")["frames"]
    )


def frames(text: str) -> Iterator[Hit]:
    """Find frames.

    Args:
        text: normalised.
    """
    tokens = list(TOKEN.finditer(text))
    start, at = 0, 0
    for end in (*sentence_ends(text), len(text)):
        begin = at
        while at < len(tokens) and tokens[at].start() < end:
            at += 1
        around = text[start:end] if at - begin <= 2 * _LONGEST else ""
        for low in range(begin, at, _LONGEST):
            piece = tokens[low : min(low + 2 * _LONGEST, at)]
            if low == begin or len(piece) > _LONGEST:
                yield from _of_a_sentence(piece, around)
        start = end


def _of_a_sentence(tokens: Sequence[re.Match[str]], around: str) -> Iterator[Hit]:
    found = classes(tuple(token[0].lower() for token in tokens))
    for frame in _frames():
        if any(name not in found for name in frame.all) or not frame.unless.isdisjoint(found):
            continue
        places = _together(frame, found)
        if places is None or (frame.dealer and DEALER in around) or (frame.left and left_to_the_dealer(around)):
            continue
        if keeps_out_of_prices(around):
            continue
        first = min(place.first for place in places)
        last = max(place.last for place in places)
        yield Hit(frame.rule, tokens[first].start(), tokens[last].end(), by=By.FRAME)


def _together(frame: _Frame, found: Classes) -> list[Place] | None:
    """Give where the classes of a frame stand, in one clause if it asks for that."""
    if not frame.clause:
        return [found[name][0] for name in frame.all]
    for one in found[frame.all[0]]:
        rest = [next((each for each in found[name] if each.clause == one.clause), None) for name in frame.all[1:]]
        if all(rest):
            return [one, *(each for each in rest if each)]
    return None
