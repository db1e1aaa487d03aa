"""Read a sentence as somebody does who has seen many: does it fix a price, whatever its words?

The tables know expressions. The reader was fitted to some eighteen thousand texts that fix a price or do not
(``bench/reader.py``). It gives each sentence, and each two that follow one another, a margin: the logarithm of the odds
that it fixes a price, by a linear model of what it looks like (``features``). What follows from it says ``weighing``.

Weights are whole numbers, so that every machine comes to the same margin.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from guildpost_shared.lint.counted import clause
from guildpost_shared.lint.features import Features, features, together, tokens
from guildpost_shared.lint.sentences import sentence, sentence_ends

_FEWEST_WORDS: Final = 3
_LONGEST: Final = 600


@dataclass(frozen=True)
class Weights:
    """A linear model: whole numbers per bucket, and what one of them is worth."""

    wording: npt.NDArray[np.int8]
    classes: npt.NDArray[np.int8]
    worth: tuple[float, float]
    bias: float

    def margin(self, passage: Features) -> float:
        """Give the log odds that a passage fixes a price; the square root of its size takes its length out."""
        parts = ((self.wording, passage.wording, self.worth[0]), (self.classes, passage.classes, self.worth[1]))
        return self.bias + sum(
            worth * int(weights[buckets].sum(dtype=np.int64)) / math.sqrt(max(len(buckets), 1))
            for weights, buckets, worth in parts
        )


@dataclass(frozen=True)
class Readings:
    """The margins of a text.

    Attributes:
        starts: of its sentences of three words or more.
        ends: of the same.
        margins: of each.
        pairs: of each with the one behind it, one fewer.
    """

    starts: Sequence[int]
    ends: Sequence[int]
    margins: Sequence[float]
    pairs: Sequence[float]

    def of(self, place: int) -> range:
        """Give the numbers of the sentences that a place belongs to: its own, or those around a gap."""
        before = bisect_right(self.starts, place) - 1
        if before < 0:
            return range(0)
        within = place < self.ends[before]
        return range(before, min(before + (1 if within else 2), len(self.starts)))

    def highest(self, place: int) -> float | None:
        """Give the highest margin of what holds a place, or None where nothing does."""
        own = self.of(place)
        if len(own) == 1 and place < self.ends[own[0]]:
            return max((self.margins[own[0]], *self.pairs[max(own[0] - 1, 0) : own[0] + 1]))
        return self.pairs[own[0]] if len(own) > 1 else None


@cache
def weights() -> Weights:
    """Read the weights that ship."""
    with (resources.files("guildpost_shared.lint") / "words" / "reader.npz").open("rb") as file:
        held = np.load(file, allow_pickle=False)
        wording, classes, scale = held["wording"], held["classes"], held["scale"]
    return Weights(wording, classes, (float(scale[0]), float(scale[1])), float(scale[2]))


@lru_cache(maxsize=256)
def readings(text: str) -> Readings:
    """Read a normalised text."""
    places = spans(text)
    shown = [features(text[start:end]) for start, end in places]
    model = weights()
    return Readings(
        [start for start, _ in places],
        [end for _, end in places],
        [model.margin(one) for one in shown],
        [model.margin(together(two)) for two in pairwise(shown)],
    )


def clause_margin(text: str, start: int, end: int) -> float:
    """Give the margin of the clause alone in which a place stands: words around it do not thin it out.

    Args:
        text: normalised.
        start: of the place.
        end: of the place.
    """
    first, last = sentence(text, start, end)
    return weights().margin(features(clause(text, start, end, first, last)))


def spans(text: str) -> list[tuple[int, int]]:
    """Give where the sentences of a normalised text stand that are long enough to be read."""
    found: list[tuple[int, int]] = []
    start = 0
    for end in (*sentence_ends(text), len(text)):
        while start < end:
            start += len(text[start:end]) - len(text[start:end].lstrip())
            piece = min(end, start + _LONGEST)
            if sum(token.isalpha() for token in tokens(text[start:piece])) >= _FEWEST_WORDS:
                found.append((start, piece))
            start = piece
    return found
