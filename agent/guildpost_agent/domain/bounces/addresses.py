"""Find e-mail addresses in what servers write."""

import re
from collections.abc import Iterator
from typing import Final

_LOCAL: Final = r"(?:\"[^\"\s@<>]{1,64}\"|[^\s<>()\[\]\",;:@'`|]{1,128})"
_LETTER: Final = r"[A-Za-z0-9\u0080-\uffff]"
_DOMAIN: Final = rf"(?:\[[0-9A-Fa-f.:]{{3,45}}\]|{_LETTER}(?:[\w.\u0080-\uffff-]{{0,250}}{_LETTER})?)"
ADDRESS: Final = re.compile(rf"{_LOCAL}@{_DOMAIN}")
_PREFIX: Final = re.compile(r"^(?:mailto|smtp|rfc822|to|for)[:;=]\s*", re.IGNORECASE)


def first_address(text: str) -> str:
    """Give the first address in a text; empty where there is none."""
    return next(addresses(text), "")


def addresses(text: str) -> Iterator[str]:
    """Give each address in a text, in order, as written."""
    for found in ADDRESS.finditer(text):
        yield _PREFIX.sub("", found.group()).rstrip(".")


def same(one: str, other: str) -> bool:
    """Say whether two spellings name the same address."""
    return one.casefold() == other.casefold()
