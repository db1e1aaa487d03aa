"""What changed between two texts: word by word, and line by line with line numbers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Final

TOKEN: Final = re.compile(r"&[#\w]+;|\s+|\w+|[^\w\s]")
MOST_TOKENS: Final = 4_000
"""A stretch with more is shown as replaced as a whole; comparing takes time with the square."""


@dataclass(frozen=True)
class Segment:
    """A stretch of text as it was and as it is; the same on both sides where nothing changed."""

    old: str
    new: str

    @property
    def same(self) -> bool:
        """Whether nothing changed."""
        return self.old == self.new


@dataclass(frozen=True)
class Line:
    """A line of a comparison: its numbers (from 1) on both sides, None on the side where it is not."""

    old_number: int | None
    new_number: int | None
    segments: tuple[Segment, ...]

    @property
    def same(self) -> bool:
        """Whether nothing changed."""
        return self.old_number is not None and self.new_number is not None and all(one.same for one in self.segments)


def compare_words(old: str, new: str) -> tuple[Segment, ...]:
    """Compare two texts word by word; what stands between two changes and is only space belongs to the change."""
    return tuple(_joined(_segments(TOKEN.findall(old), TOKEN.findall(new))))


def _segments(old: Sequence[str], new: Sequence[str]) -> Iterator[Segment]:
    if max(len(old), len(new)) > MOST_TOKENS:
        yield Segment("".join(old), "".join(new))
        return
    for _, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield Segment("".join(old[a:b]), "".join(new[c:d]))


def _joined(segments: Iterator[Segment]) -> Iterator[Segment]:
    """Join changes that only spaces part."""
    held: list[Segment] = []
    for segment in segments:
        small = segment.same and segment.old.strip() == "" and "\n" not in segment.old
        if held and (not segment.same or (small and len(held) % 2)):
            held.append(segment)
            continue
        yield from _flushed(held)
        held = [] if segment.same else [segment]
        if segment.same:
            yield segment
    yield from _flushed(held)


def _flushed(held: list[Segment]) -> Iterator[Segment]:
    if not held:
        return
    spaces = [held.pop()] if held[-1].same else []
    yield Segment("".join(one.old for one in held), "".join(one.new for one in held))
    yield from spaces


def compare_lines(old: str, new: str) -> tuple[Line, ...]:
    """Compare two texts line by line, and changed lines word by word."""
    before, after = old.split("\n"), new.split("\n")
    found: list[Line] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [Line(a + at + 1, c + at + 1, (Segment(before[a + at], before[a + at]),)) for at in range(b - a)]
            continue
        pairs = zip_longest(range(a, b), range(c, d))
        found += [_changed(before, after, left, right) for left, right in pairs]
    return tuple(found)


def _changed(before: Sequence[str], after: Sequence[str], left: int | None, right: int | None) -> Line:
    old = "" if left is None else before[left]
    new = "" if right is None else after[right]
    numbers = (None if left is None else left + 1, None if right is None else right + 1)
    if None in numbers:
        return Line(*numbers, (Segment(old, new),))
    return Line(*numbers, compare_words(old, new))


def around_changes(lines: Sequence[Line], context: int = 2) -> tuple[tuple[Line, ...], ...]:
    """Cut out the changes with some lines around each; stretches that touch are one."""
    near = {at + step for at, line in enumerate(lines) if not line.same for step in range(-context, context + 1)}
    stretches: list[list[Line]] = []
    last = -2
    for at in sorted(near & set(range(len(lines)))):
        if at != last + 1:
            stretches.append([])
        stretches[-1].append(lines[at])
        last = at
    return tuple(map(tuple, stretches))
