"""Search bytes for planted canaries in every spelling and encoding in which software may write them.

Everything is compared in lower case, so case is ignored for text, hexadecimal and percent codes, and base64 matches a
little too willingly (36 characters instead of 64: still beyond coincidence at these lengths). The search looks up the
first four bytes at every offset in one table and compares whole values only where those fit.
"""

import base64
import struct
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote, quote_plus

import numpy as np

from guildpost_demo.network.canaries import Canary

CHUNK: Final = 1 << 23
PREFIX: Final = 4


class CanaryHunt:
    """The table of everything that is looked for."""

    def __init__(self, canaries: Iterable[Canary]) -> None:
        self.canaries = frozenset(canaries)
        self._by_prefix: dict[bytes, dict[int, dict[bytes, set[Canary]]]] = defaultdict(lambda: defaultdict(dict))
        self._longest = PREFIX
        for canary in self.canaries:
            for needle in {form.lower() for form in forms(canary)}:
                self._longest = max(self._longest, len(needle))
                self._by_prefix[needle[:PREFIX]][len(needle)].setdefault(needle, set()).add(canary)
        self._prefixes = np.array(sorted(int.from_bytes(p, "little") for p in self._by_prefix), dtype=np.uint32)
        self._first_two = np.zeros(1 << 16, dtype=bool)
        self._first_two[self._prefixes & 0xFFFF] = True

    def in_bytes(self, data: bytes) -> set[Canary]:
        """Give the canaries that stand in some bytes."""
        found: set[Canary] = set()
        for start in range(0, max(len(data), 1), CHUNK):
            found |= self._in_chunk(data[start : start + CHUNK + self._longest].lower())
        return found

    def in_files(self, paths: Iterable[Path]) -> dict[str, list[str]]:
        """Give for each file that holds canaries their values."""
        found = {str(path): self.in_bytes(path.read_bytes()) for path in paths}
        return {path: sorted(canary.value for canary in hits) for path, hits in found.items() if hits}

    def _in_chunk(self, chunk: bytes) -> set[Canary]:
        found: set[Canary] = set()
        for position in self._candidates(chunk):
            for length, needles in self._by_prefix[chunk[position : position + PREFIX]].items():
                found |= needles.get(chunk[position : position + length], set())
        return found

    def _candidates(self, chunk: bytes) -> Iterator[int]:
        for shift in range(PREFIX):
            count = (len(chunk) - shift) // PREFIX
            if count <= 0:
                continue
            words = np.frombuffer(chunk, dtype="<u4", count=count, offset=shift)
            likely = np.nonzero(self._first_two[words & 0xFFFF])[0]
            sure = likely[np.isin(words[likely], self._prefixes)]
            yield from (int(word) * PREFIX + shift for word in sure)


def forms(canary: Canary) -> Iterator[bytes]:
    """Give the bytes that a canary may be found as."""
    spellings = {*canary.spellings(), *(_as_money(int(canary.value)) if canary.kind == "figure" else ())}
    for spelling in spellings:
        for text in (spelling, spelling.lower(), spelling.upper()):
            yield from _encoded(text)
    if canary.kind == "figure":
        yield from _as_numbers(int(canary.value))


def _encoded(text: str) -> Iterator[bytes]:
    for raw in {text.encode("utf-8"), text.encode("latin-1", errors="replace"), text.encode("utf-16-le")}:
        yield raw
        yield raw.hex().encode()
        yield from _in_base64(raw)
    yield quote(text).encode()
    yield quote_plus(text).encode()


def _in_base64(raw: bytes) -> Iterator[bytes]:
    """Encode at each of the three alignments, without the characters that depend on the neighbours (RFC 4648)."""
    for before, skipped in ((0, 0), (1, 2), (2, 3)):
        whole = (before + len(raw)) * 8 // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(b"\0" * before + raw)[skipped:whole]


def _as_money(value: int) -> Iterator[str]:
    grouped, euros = f"{value:,}", f"{value // 100:,}.{value % 100:02d}"
    for text in (grouped, euros, euros.replace(",", "")):
        yield text
        yield text.translate(str.maketrans(",.", ".,"))


def _as_numbers(value: int) -> Iterator[bytes]:
    yield from (struct.pack(form, value) for form in ("<q", ">q", "<d", ">d"))
