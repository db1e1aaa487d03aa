"""Frames (rule R10): classes of words that fix a price when they stand together, in whatever order and inflection.

A list of phrases finds the sentences it has seen. A frame says who does what to which money instead: *all houses* ×
*the same* × *bill*; *take* × two numbers × *pay*; *with every service* × *add*. Two tables hold them:

    words/classes.toml   class = entries; an entry is one or more words, each an expression for a whole word in lower
                         case; ``..3`` stands for up to three words between ("sets? ..1 you back")
    words/frames.toml    all: classes of which each has to be in the sentence; unless: classes that excuse it;
                         clause: true where they have to stand between two commas

The work is linear: a word's classes are looked up once, however often it comes.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final

from guildpost_shared.lint.hits import Hit
from guildpost_shared.lint.marked import DEALER
from guildpost_shared.lint.sentences import sentence_ends
from guildpost_shared.lint.tables import has, table

_TOKEN: Final = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d+(?:[.,]\d+)*|[€$£%\ue010\ue011]|[,;:()\n]")
_GROUP: Final = re.compile(r"\(\?:([^()]*)\)(\??)")
_BREAK: Final = frozenset(",;:()\n")
_LONGEST: Final = 60
"""A sentence of more words is read in pieces of twice as many, each beginning half a piece after the last."""
_NUMBERS: Final = "two_numbers"
"""The class of a sentence with two numbers in it."""


@dataclass(frozen=True)
class _Step:
    """A word of an entry, and how many other words may stand before it."""

    word: re.Pattern[str]
    gap: int


@dataclass(frozen=True)
class _Entry:
    of: str
    steps: tuple[_Step, ...]

    def end(self, words: Sequence[str], at: int) -> int | None:
        """Give where the entry ends whose first word stands at a place, or None."""
        for step in self.steps:
            last = min(at + 2 + step.gap, len(words))
            found = next((place for place in range(at + 1, last) if step.word.fullmatch(words[place])), None)
            if found is None:
                return None
            at = found
        return at + 1


@dataclass(frozen=True)
class _Frame:
    rule: str
    all: tuple[str, ...]
    unless: frozenset[str]
    clause: bool
    dealer: bool
    left: bool


@dataclass(frozen=True)
class _Found:
    """Where a class stands: numbers of words, and the clause."""

    first: int
    last: int
    clause: int


@cache
def _entries() -> tuple[tuple[re.Pattern[str], _Entry], ...]:
    entries: list[tuple[re.Pattern[str], _Entry]] = []
    for name, rows in table("classes").items():
        single = [row for row in rows if " " not in row]
        if single:
            entries.append((re.compile("|".join(f"(?:{row})" for row in single)), _Entry(name, ())))
        entries.extend(_sequence(name, row.split()) for given in rows if " " in given for row in _spelt_out(given))
    return tuple(entries)


def _spelt_out(entry: str) -> Iterator[str]:
    """Give an entry once for each way through its groups that hold a blank."""
    group = next((each for each in _GROUP.finditer(entry) if " " in each[1]), None)
    if group is None:
        yield entry
        return
    for way in [*group[1].split("|"), *([""] if group[2] else [])]:
        yield from _spelt_out(f"{entry[: group.start()]}{way}{entry[group.end() :]}")


def _sequence(name: str, parts: list[str]) -> tuple[re.Pattern[str], _Entry]:
    steps: list[_Step] = []
    gap = 0
    for part in parts[1:]:
        if part.startswith(".."):
            gap = int(part[2:])
        else:
            steps.append(_Step(re.compile(part), gap))
            gap = 0
    return re.compile(parts[0]), _Entry(name, tuple(steps))


@cache
def _frames() -> tuple[_Frame, ...]:
    return tuple(
        _Frame(
            row["rule"],
            tuple(row["all"]),
            frozenset(row.get("unless", ())),
            row.get("clause", False),
            row.get("dealer", True),
            row.get("left", True),
        )
        for row in table("frames")["frames"]
    )


@lru_cache(maxsize=16_384)
def _begins(word: str) -> tuple[_Entry, ...]:
    """Give the entries whose first word this is."""
    return tuple(entry for first, entry in _entries() if first.fullmatch(word))


def frames(text: str) -> Iterator[Hit]:
    """Find frames.

    Args:
        text: normalised.
    """
    tokens = list(_TOKEN.finditer(text))
    ends = [*sentence_ends(text), len(text)]
    start, at = 0, 0
    for end in ends:
        begin = at
        while at < len(tokens) and tokens[at].start() < end:
            at += 1
        for low in range(begin, at, _LONGEST):
            piece = tokens[low : min(low + 2 * _LONGEST, at)]
            if low == begin or len(piece) > _LONGEST:
                yield from _of_a_sentence(piece, text[start:end] if at - begin <= 2 * _LONGEST else "")
        start = end


def _of_a_sentence(tokens: Sequence[re.Match[str]], around: str) -> Iterator[Hit]:
    found = _classes(tuple(token[0].lower() for token in tokens))
    if not found:
        return
    for frame in _frames():
        if any(name not in found for name in frame.all) or not frame.unless.isdisjoint(found):
            continue
        places = _together(frame, found)
        if places is None or (frame.dealer and DEALER in around):
            continue
        if frame.left and has("left", "says", around) and has("left", "whom", around):
            continue
        first = min(place.first for place in places)
        last = max(place.last for place in places)
        yield Hit(frame.rule, tokens[first].start(), tokens[last].end())


def _together(frame: _Frame, found: dict[str, list[_Found]]) -> list[_Found] | None:
    """Give where the classes of a frame stand, in one clause if it asks for that."""
    if not frame.clause:
        return [found[name][0] for name in frame.all]
    for one in found[frame.all[0]]:
        rest = [next((each for each in found[name] if each.clause == one.clause), None) for name in frame.all[1:]]
        if all(rest):
            return [one, *(each for each in rest if each)]
    return None


@lru_cache(maxsize=256)
def _classes(words: tuple[str, ...]) -> dict[str, list[_Found]]:
    """Give the classes that a sentence's words belong to, and where."""
    found: dict[str, list[_Found]] = {}
    clause, numbers = 0, 0
    for at, word in enumerate(words):
        if word in _BREAK:
            clause += 1
            continue
        for entry in _begins(word):
            end = entry.end(words, at)
            if end is not None:
                found.setdefault(entry.of, []).append(_Found(at, end - 1, clause))
                numbers += entry.of == "number"
    if numbers > 1:
        places = found["number"]
        found[_NUMBERS] = [_Found(one.first, two.last, one.clause) for one, two in pairwise(places)]
    return found
