"""Figures that nothing explains (rule R10): no unit, no label, no noun behind, in talk of paying or a work.

``money`` knows the words that announce a price. Who wants to hide one leaves them out ("the wheel swap sits at 29",
"plan on three hundred"). So this goes the other way: every figure has to be the number *of* something (km, persons,
a paragraph, a house, a time); one that stands for itself where there is talk of paying is an amount.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from guildpost_shared.lint.hits import Hit
from guildpost_shared.lint.numbers import ROMAN, WORDS
from guildpost_shared.lint.sentences import sentence
from guildpost_shared.lint.tables import alternatives, has, words

_LEAST: Final = 9
_BEFORE: Final = 40
_FAR: Final = 160
_FIGURE: Final = (
    r"(?<![\w.,:/§#+°'²-])(?<!\d )(?P<figure>\d{1,4}(?:[.,](?:\d\d|-))?)"
    r"(?![\w%€$£°²³]|[.,:/-]\d| ?[/:x×-] ?\d| \d|\. ?\d)"
)
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_CAPITAL: Final = re.compile(r"(?:^|[\s(\"'-])([A-ZÄÖÜ][^\W\d_]*[.:]?|[A-Z]) $")
_FIRST_WORD: Final = re.compile(r"(?:^|[.!?:;\n]\s*)[^\W\d_]+ $")


@cache
def _figures() -> re.Pattern[str]:
    roman = rf"(?-i:(?P<roman>{ROMAN}(?<=[IVXLCDM]{{3}})))"
    return re.compile(rf"{_FIGURE}|(?<![^\W_-])(?P<words>{WORDS})(?![^\W_]|-)|{roman}", re.IGNORECASE)


@cache
def _alone() -> re.Pattern[str]:
    """What may follow a figure that stands for itself."""
    return re.compile(
        rf"\s*(?:\Z|\n|[!?;)]|[,:](?! ?\d)|\.(?!\d)|\s-\s|(?:{alternatives('bare', 'follows')})(?![^\W_]))",
        re.IGNORECASE,
    )


@cache
def _labelled() -> re.Pattern[str]:
    """What makes the figure after it a name, a time or a place."""
    return re.compile(rf"(?<![^\W_])(?:{alternatives('bare', 'labels')}) ?$", re.IGNORECASE)


def bare_figures(text: str) -> Iterator[Hit]:
    """Find figures that stand for themselves in talk of money.

    Args:
        text: normalised (``normalise``).
    """
    for match in _figures().finditer(text):
        if not _large(match) or not _alone().match(text, match.end()):
            continue
        before = text[max(0, match.start() - _BEFORE) : match.start()]
        if _labelled().search(before) or _named(before, match):
            continue
        first, last = sentence(text, match.start(), match.end(), _FAR)
        around = text[first:last]
        if words("bare", "of_something").search(around):
            continue
        near = text[max(first, match.start() - 70) : min(last, match.end() + 50)]
        leads = re.search(rf"(?<![^\W_])(?:{alternatives('bare', 'leads')})[ :,-]*$", before, re.IGNORECASE)
        if has("bare", "paying", near) or (leads and has("price", "works", around)):
            yield Hit("R10.amount", match.start(), match.end())


def _large(match: re.Match[str]) -> bool:
    """Say whether a figure is large enough for a price: below nine people count things."""
    figure = match["figure"]
    if figure is not None:
        return not _YEAR.fullmatch(figure) and int(re.split(r"[.,]", figure)[0]) >= _LEAST
    if match["words"] is not None:
        return has("bare", "large", match["words"])
    return True


def _named(before: str, match: re.Match[str]) -> bool:
    """Say whether a name or noun in front makes the figure a part of it ("Halle 49", "Golf 8")."""
    found = _CAPITAL.search(before)
    if found is None or match["figure"] is None or _FIRST_WORD.search(before):
        return False
    return not found[1].endswith(":") and not has("bare", "paying", found[1]) and not has("price", "works", found[1])
