"""Where a sentence begins and ends, roughly: enough to say which words stand together."""

import re
from bisect import bisect_left, bisect_right
from functools import lru_cache
from typing import Final

_END: Final = re.compile(
    r"(?<!inkl)(?<!zzgl)(?<!excl)(?<!incl)(?<!\bca)(?<!\b[NnAa]r)(?<!\bAbs)(?<!\bArt)(?<!\b[Ss]tr)(?<!\bTel)(?<!\bDr)"
    r"(?<!\bbzw)(?<!\bmax)(?<!\bmin)(?<!\bmind)(?<!\bggf)(?<!\busw)(?<!evtl)(?<!z\.B)(?<!u\.a)(?<!\d)(?<!\bSt)"
    r"[.!?…]+[\"')]*(?=\s*[A-ZÄÖÜ(\ue010\ue011]|\s*\Z)|[!?]+(?=\s|\Z)|\n\s*\n"
)

_TABLE: Final = 1_000
_ROW: Final = 60


@lru_cache(maxsize=64)
def sentence_ends(text: str) -> tuple[int, ...]:
    """Give where the sentences of a normalised text end, without the end of the text."""
    return tuple(match.end() for match in _END.finditer(text))


def sentence(text: str, start: int, end: int, reach: int = 400) -> tuple[int, int]:
    """Give where the sentence around a place begins and ends.

    Args:
        text: normalised.
        start: of the place.
        end: of the place.
        reach: a longer sentence is cut to some twice as many characters to either side.
    """
    ends = sentence_ends(text)
    before = bisect_right(ends, start)
    first = ends[before - 1] if before else 0
    after = bisect_left(ends, end)
    last = ends[after] if after < len(ends) else len(text)
    if last - first > 2 * reach:  # in steps, so that neighbours share their window
        return max(first, (start // reach - 1) * reach), min(last, (end // reach + 2) * reach)
    return first, last


def with_question(text: str, first: int, last: int) -> tuple[int, int]:
    """Widen a sentence by the short question in front of it, and by the answer behind it where it asks one itself.

    Args:
        text: normalised.
        first: where the sentence begins.
        last: where it ends.
    """
    begin, end = first, last
    if text[max(0, first - 2) : first].rstrip().endswith("?"):
        begin = max(sentence(text, max(0, first - 2), max(0, first - 1), _ROW)[0], first - _ROW)
    if text[first:last].rstrip().endswith("?") and last < len(text):
        end = sentence(text, last, min(last + 2, len(text)), _ROW)[1]
    return begin, end


def heading(text: str, start: int) -> str:
    """Give the first of the short lines that stand above a place without a break: the heads of a table's columns.

    Args:
        text: normalised; a table's rows stand in lines of their own.
        start: of the place.
    """
    if text.find("\n", start, start + _ROW) < 0 and len(text) > start + _ROW:
        return ""
    return _first_of(text[max(0, start - _TABLE) : text.rfind("\n", 0, start) + 1])


@lru_cache(maxsize=256)
def _first_of(above: str) -> str:
    """Give the first of the last short lines."""
    head = ""
    for line in reversed(above.splitlines()):
        row = line.strip()
        if len(row) > _ROW or row.endswith((".", "!", "?", ",")):
            break
        head = row or head
    return head
