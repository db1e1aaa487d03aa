"""Whether a text mentions a person: whole words, whatever the case, in any encoding that exports come in."""

import re
from collections.abc import Iterable
from typing import Final

_SHORT: Final = 3
"""Up to so many characters a word stands in many texts by chance: it counts only as a whole cell."""
_CELL: Final = "[;,\\t|\"'\\r\\n<>]"
_ENCODINGS: Final = ("utf-8", "cp1252", "cp850", "utf-16-le", "utf-16-be")


class Mentioned:
    """Looks for a person's words."""

    def __init__(self, words: Iterable[str]) -> None:
        """Prepare the search.

        Args:
            words: numbers, names and addresses of one person; empty ones are left out.
        """
        known = sorted({word.strip().casefold() for word in words if word.strip()}, key=len, reverse=True)
        patterns = [_pattern(word) for word in known]
        self._search = re.compile("|".join(patterns)) if patterns else None

    def in_text(self, text: str) -> bool:
        """Say whether a text mentions the person."""
        return self._search is not None and self._search.search(text.casefold()) is not None

    def in_bytes(self, data: bytes) -> bool:
        """Say whether a file mentions the person; what a coding cannot read is skipped, not trusted."""
        return any(self.in_text(data.decode(encoding, "ignore")) for encoding in _ENCODINGS)


def _pattern(word: str) -> str:
    if len(word) <= _SHORT:
        return rf"(?:^|{_CELL})\s*{re.escape(word)}\s*(?={_CELL}|$)"
    return rf"(?<!\w){re.escape(word)}(?!\w)"
