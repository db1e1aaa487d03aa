"""Every string of a JSON document with the line it stands in."""

import json
import re
from collections.abc import Iterator
from json.decoder import scanstring  # type: ignore[attr-defined]  # the standard library's own reader of strings
from typing import Final

_OPENS: Final = re.compile(r'"')


def json_strings(text: str) -> Iterator[tuple[int, str, bool]]:
    """Give offset, text, and whether it is a key, of each string.

    Args:
        text: a document that ``json.loads`` reads.
    """
    at = 0
    while found := _OPENS.search(text, at):
        words, at = scanstring(text, found.end(), False)
        yield found.start(), words, text[at:].lstrip()[:1] == ":"


def is_json(text: str) -> bool:
    """Say whether a text is a JSON document."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
