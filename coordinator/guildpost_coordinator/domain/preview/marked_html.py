"""Mark in two versions of a mail's page what changed, word by word, and leave everything else as it is.

Only what a reader sees is compared: tags, comments, styles and the title stay untouched.
"""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Final

from guildpost_coordinator.domain.preview.words import MOST_TOKENS, TOKEN

_UNSEEN: Final = re.compile(r"(<!--.*?-->|<(title|style)\b.*?</\2\s*>|<[^>]*>)", re.DOTALL | re.IGNORECASE)
_DEL: Final = '<del style="background:#fde2e2;color:#5b0a14;text-decoration:line-through 2px">'
_INS: Final = '<ins style="background:#d7f5dd;color:#0b3d1a;text-decoration:underline 2px">'


def mark_html(old: str, new: str) -> tuple[str, str]:
    """Give both pages: in the old one ``<del>`` around what went, in the new one ``<ins>`` around what came."""
    before, after = _words(old), _words(new)
    gone, come = _changes(before, after)
    return "".join(_marked(old, gone, _DEL, "</del>")), "".join(_marked(new, come, _INS, "</ins>"))


def _pieces(html: str) -> Iterator[tuple[bool, str]]:
    """Cut a page into what is seen and what is not."""
    at = 0
    for match in _UNSEEN.finditer(html):
        yield True, html[at : match.start()]
        yield False, match[0]
        at = match.end()
    yield True, html[at:]


def _words(html: str) -> list[str]:
    return [word for seen, piece in _pieces(html) if seen for word in TOKEN.findall(piece) if not word.isspace()]


def _changes(before: list[str], after: list[str]) -> tuple[set[int], set[int]]:
    if max(len(before), len(after)) > MOST_TOKENS:
        return set(range(len(before))), set(range(len(after)))
    gone: set[int] = set()
    come: set[int] = set()
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            gone.update(range(a, b))
            come.update(range(c, d))
    return gone, come


def _marked(html: str, changed: set[int], start: str, end: str) -> Iterator[str]:
    number = -1
    for seen, piece in _pieces(html):
        if not seen:
            yield piece
            continue
        marked = False
        spaces = ""
        for word in TOKEN.findall(piece):
            if word.isspace():
                spaces += word
                continue
            number += 1
            wanted = number in changed
            if marked and not wanted:
                yield end
            yield spaces
            if wanted and not marked:
                yield start
            yield word
            marked, spaces = wanted, ""
        if marked:
            yield end
        yield spaces
