"""What a passage looks like to the reader: a bucket for each piece of a word, row of words and pair of classes.

    pieces   3 to 5 characters of a word, its ends included, so that inflection and compounds matter little
    rows     1 to 3 words or signs that follow one another, whole and by their first 5 characters; a figure stands as
             0, 00, 000 or 0000
    classes  which classes of words (classes.toml and other tables) a sentence holds, alone and by two

Pieces and rows are hashed (CRC-32) into one table of buckets, classes into another. A passage is a set: how often
something stands in it does not count.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

from guildpost_shared.lint.abstains import keeps_out_of_prices
from guildpost_shared.lint.classes import classes_of
from guildpost_shared.lint.left import left_to_the_dealer
from guildpost_shared.lint.phrases import BY_LAW, MAKER, RECALL
from guildpost_shared.lint.tables import has

BUCKETS: Final = 1 << 18
PAIR_BUCKETS: Final = 1 << 14
_TOKEN: Final = re.compile(r"[^\W\d_]+|\d+|[^\w\s]")
_PIECES: Final = range(3, 6)
_ROWS: Final = range(1, 4)
_STEM: Final = 5
_TABLES: Final = (
    *(("price", key) for key in ("strong", "weak", "works", "no_price", "no_discount")),
    *(("free", key) for key in ("free", "not_free", "sold", "free_by_nature")),
    *(("bare", key) for key in ("labels", "units", "times", "days", "persons", "charged", "paying")),
    *(("bare", key) for key in ("of_something", "set_to", "heads")),
)
_EXCUSES: Final[Mapping[str, Callable[[str], object]]] = {
    "left to the dealer": left_to_the_dealer,
    "out of prices": keeps_out_of_prices,
    "by law": BY_LAW.search,
    "recall": RECALL.search,
    "maker": MAKER.search,
}

Buckets = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Features:
    """What a sentence or a passage shows: sorted numbers of buckets, each once."""

    wording: Buckets
    classes: Buckets


def tokens(sentence: str) -> list[str]:
    """Part a normalised sentence into words, figures and signs, in lower case."""
    return [token if not token.isdecimal() else "0" * min(len(token), 4) for token in _TOKEN.findall(sentence.lower())]


@lru_cache(maxsize=512)
def features(sentence: str) -> Features:
    """Give the features of one normalised sentence."""
    words = tokens(sentence)
    stems = [word[:_STEM] for word in words]
    rows = [crc32(f"{kind}{row}".encode()) for kind, of in (("", words), ("~", stems)) for row in _rows(of)]
    pieces = [_pieces(word) for word in words]
    return Features(
        _sorted(np.concatenate([np.array(rows, dtype=np.int64), *pieces]) % BUCKETS),
        _sorted(np.array([crc32(name.encode()) for name in _class_names(sentence)], dtype=np.int64) % PAIR_BUCKETS),
    )


def together(sentences: Sequence[Features]) -> Features:
    """Give the features of a passage."""
    return Features(
        _sorted(np.concatenate([each.wording for each in sentences])),
        _sorted(np.concatenate([each.classes for each in sentences])),
    )


def _sorted(buckets: Iterable[int] | Buckets) -> Buckets:
    return np.unique(np.asarray(buckets, dtype=np.int64))


def _rows(words: Sequence[str]) -> Iterator[str]:
    return (" ".join(words[at : at + size]) for size in _ROWS for at in range(len(words) - size + 1))


@lru_cache(maxsize=16_384)
def _pieces(word: str) -> Buckets:
    ended = f"<{word}>"
    return np.array(
        [crc32(f"+{ended[at : at + size]}".encode()) for size in _PIECES for at in range(len(ended) - size + 1)],
        dtype=np.int64,
    )


def _class_names(sentence: str) -> Iterator[str]:
    held = sorted(
        {
            *classes_of(sentence),
            *(f"{name}.{key}" for name, key in _TABLES if has(name, key, sentence)),
            *(name for name, holds in _EXCUSES.items() if holds(sentence)),
        }
    )
    yield from held
    yield from (f"{one}+{two}" for one, two in combinations(held, 2))
