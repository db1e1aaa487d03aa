"""Classes of words: which of them a sentence holds, and where (words/classes.toml).

An entry of a class is one or more words, each an expression for a whole word in lower case. ``..3`` stands for up to
three words between ("sets? ..1 you back"), a group with a blank in it for other or optional words ("(?:the )?half").
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final

from guildpost_shared.lint.tables import table

TOKEN: Final = re.compile(
    r"[^\W\d_]+(?:['-][^\W\d_]+)*|(?<![^\W_])(?<!\d-)\d+(?:[.,]\d+)*(?![^\W_]|-\d)|[€$£%\ue010\ue011]|[,;:()\n]"
)
"""A word, a figure, a sign of money, a value or a mark that parts clauses."""
_BREAK: Final = frozenset(",;:()\n")
_GROUP: Final = re.compile(r"\(\?:([^()]*)\)(\??)")
_TWO_NUMBERS: Final = "two_numbers"
"""The class of a sentence with two numbers in it."""


@dataclass(frozen=True)
class Place:
    """Where a class stands: numbers of its first and last word, and of its clause."""

    first: int
    last: int
    clause: int


Classes = Mapping[str, Sequence[Place]]


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
        return at


@cache
def _entries() -> tuple[tuple[re.Pattern[str], _Entry], ...]:
    entries: list[tuple[re.Pattern[str], _Entry]] = []
    for name, rows in table("classes").items():
        single = [row for row in rows if " " not in row]
        if single:
            entries.append((re.compile("|".join(f"(?:{row})" for row in single)), _Entry(name, ())))
        for row in rows:
            entries.extend(_sequence(name, way.split()) for way in spelt_out(row) if " " in row)
    return tuple(entries)


def spelt_out(entry: str) -> Iterator[str]:
    """Give an entry once for each way through its groups that hold a blank."""
    group = next((each for each in _GROUP.finditer(entry) if " " in each[1]), None)
    if group is None:
        yield entry
        return
    for way in [*group[1].split("|"), *([""] if group[2] else [])]:
        yield from spelt_out(f"{entry[: group.start()]}{way}{entry[group.end() :]}")


def _sequence(name: str, parts: Sequence[str]) -> tuple[re.Pattern[str], _Entry]:
    steps: list[_Step] = []
    gap = 0
    for part in parts[1:]:
        if part.startswith(".."):
            gap = int(part[2:])
        else:
            steps.append(_Step(re.compile(part), gap))
            gap = 0
    return re.compile(parts[0]), _Entry(name, tuple(steps))


@lru_cache(maxsize=16_384)
def _begins(word: str) -> tuple[_Entry, ...]:
    """Give the entries whose first word this is."""
    return tuple(entry for first, entry in _entries() if first.fullmatch(word))


def classes_of(text: str) -> Classes:
    """Give the classes of a short text's words.

    Args:
        text: normalised; a sentence.
    """
    return classes(tuple(token[0].lower() for token in TOKEN.finditer(text)))


@lru_cache(maxsize=512)
def classes(words: tuple[str, ...]) -> Classes:
    """Give the classes that a sentence's words belong to, and where.

    Args:
        words: in lower case, as ``TOKEN`` parts them.
    """
    found: dict[str, list[Place]] = {}
    clause = 0
    for at, word in enumerate(words):
        if word in _BREAK:
            clause += 1
            continue
        for entry in _begins(word):
            last = entry.end(words, at)
            if last is not None:
                found.setdefault(entry.of, []).append(Place(at, last, clause))
    numbers = [Place(one.first, two.last, one.clause) for one, two in pairwise(found.get("number", ()))]
    return {**found, _TWO_NUMBERS: numbers} if numbers else found
