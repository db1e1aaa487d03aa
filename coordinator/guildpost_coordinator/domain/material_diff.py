"""What changed from one version of a material to the next: hashes for the record, lines for the reader."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

CONTEXT_LINES: Final = 2
MAX_LINES: Final = 20_000
"""Comparing lines takes time with their square; a longer part is shown by its hashes."""


@dataclass(frozen=True)
class PartDiff:
    """One part; hashes are SHA-256 in hex, empty where the part is not there. ``lines`` is a unified diff."""

    part: str
    before: str
    after: str
    lines: tuple[str, ...]

    @property
    def added(self) -> int:
        """Count the lines that came."""
        return sum(line.startswith("+") for line in self.lines[2:])

    @property
    def removed(self) -> int:
        """Count the lines that went."""
        return sum(line.startswith("-") for line in self.lines[2:])


def compare(
    before: Mapping[str, str], after: Mapping[str, str], content: Callable[[str], bytes]
) -> tuple[PartDiff, ...]:
    """Compare two versions part by part; parts that are the same are left out.

    Args:
        before: part → SHA-256.
        after: part → SHA-256.
        content: gives contents by their hash.
    """
    changed = sorted(part for part in before.keys() | after.keys() if before.get(part) != after.get(part))
    return tuple(_part(part, before.get(part, ""), after.get(part, ""), content) for part in changed)


def _part(part: str, before: str, after: str, content: Callable[[str], bytes]) -> PartDiff:
    old, new = _lines(before, content), _lines(after, content)
    if len(old) > MAX_LINES or len(new) > MAX_LINES:
        return PartDiff(part, before, after, ())
    found = difflib.unified_diff(
        old, new, f"{part} {before[:12]}", f"{part} {after[:12]}", lineterm="", n=CONTEXT_LINES
    )
    return PartDiff(part, before, after, tuple(found))


def _lines(sha256: str, content: Callable[[str], bytes]) -> list[str]:
    return content(sha256).decode("utf-8", "replace").splitlines() if sha256 else []
