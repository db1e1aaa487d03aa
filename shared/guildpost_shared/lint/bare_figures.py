"""Figures that nothing explains (rule R10): no unit, no label, no noun behind.

``money`` knows the words that announce a price. Who wants to hide one leaves them out ("the wheel swap sits at 29",
"149 covers it all"). So this goes the other way: every figure has to be the number *of* something (km, persons, a
paragraph, a house, a time); one that stands for itself is an amount, whatever the words around it.

    Ihr Service: 149.            an amount: nothing says what is counted
    Basic 99, Komfort 149        a list of prices: names with round figures behind them
    Halle 39, am 14. und 15. Mai    a place, days
    17 von 20 Punkten            a share of what is counted
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from guildpost_shared.lint.hits import Hit
from guildpost_shared.lint.numbers import ROMAN, WORDS
from guildpost_shared.lint.sentences import heading, sentence
from guildpost_shared.lint.tables import alternatives, has, words

_LEAST: Final = 9
_BEFORE: Final = 40
_FAR: Final = 160
_FIGURE: Final = (
    r"(?<![\w.,:/§#+°'²-])(?<!\d )(?<![<>] )(?<![<>!=]= )(?P<figure>\d{1,4}(?:[.,](?:\d\d|-))?)"
    r"(?![\w%€$£°²³]|[.,:/-]\d| ?[/:x×-] ?\d| \d|\. ?\d)"
)
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_CAPITAL: Final = re.compile(r"(?:^|[\s(\"'-])((?!Sie |Ihnen |Ihr )[A-ZÄÖÜ][^\W\d_]*[.:]?|[A-Z]) $")
_EACH: Final = re.compile(r"\b(?:je|pro|per|das|each|a) (?:Stück|Rad|Satz|Liter|Reifen|Paar|Teil|Monat|Jahr) $")
_FIRST_WORD: Final = re.compile(r"(?:^|[.!?:;\n]\s*)[^\W\d_]+ $")
_ROW: Final = re.compile(
    r"\.?(?: ?,| ?-| und| and| oder| or| bis| to) ?\d{1,4}(?:[.,]\d\d)?(?![\d,:/-])", re.IGNORECASE
)
_COUNTED: Final = re.compile(
    r"\.? ?(?:von|of|out of|in|aus) (?:\d|zehn|hundert|fünf|drei|vier|ten|a hundred|five|four|three)"
    r"|\. ?(?:(?-i:[a-zäöü])|(?:januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember"
    r"|tag|jahr|woche)\b)| (?:in (?:order|ordnung|town|der stadt))\b|\.\d",
    re.IGNORECASE,
)
_CLAUSES: Final = re.compile(r"[,;:] | und | and | sowie ", re.IGNORECASE)
_LONGEST_ROW: Final = 8
_EMERGENCY: Final = frozenset({"110", "112", "911", "999"})
_CODE: Final = re.compile(r"\d{4}")
_CLOCK: Final = re.compile(r"(?:[01]?\d|2[0-4])[.]\d\d|[a-zäöüß]+ [a-zäöüß]+", re.IGNORECASE)
_DAY: Final = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|termin|appointment"
    r"|geschlossen|closed",
    re.IGNORECASE,
)
_STEP: Final = r"[\w-]*(?: [A-ZÄÖÜ][\w-]*)?:? \d{2,3}(?:,\d\d)?(?![\w:/]|[.,]\d| ?(?:%|€|°|[a-zäöü]))"
_STEPS: Final = re.compile(rf"(?<![\w.-])[A-ZÄÖÜ]{_STEP}(?: ?[,;|/-] ?(?:\d\.\d )?[^\W\d_]{_STEP}){{1,12}}")
_STEP_FIGURE: Final = re.compile(r"(?<= )\d{2,3}(?:,\d\d)?")
_SIZES: Final = re.compile(r"(?:[SMLX]{1,3} \d+\W*){2}")
_STEEPEST: Final = 8


@cache
def _figures() -> re.Pattern[str]:
    roman = rf"(?-i:(?P<roman>{ROMAN}(?<=[IVXLCDM]{{3}})))"
    return re.compile(rf"{_FIGURE}|(?<![^\W_-])(?P<words>{WORDS})(?![^\W_]|-)|{roman}", re.IGNORECASE)


@cache
def _alone() -> re.Pattern[str]:
    """What may follow a figure that stands for itself."""
    return re.compile(
        rf"\s*(?:\Z|\n|[!?;)]|[,:](?! ?\d)|\.(?!\d)|\s-\s"
        rf"|(?:{alternatives('bare', 'follows')}|{alternatives('bare', 'periods')})(?![^\W_]))",
        re.IGNORECASE,
    )


@cache
def _period() -> re.Pattern[str]:
    """What may follow an amount that comes again and again."""
    return re.compile(rf"\s*(?:{alternatives('bare', 'periods')})(?![^\W_])", re.IGNORECASE)


@cache
def _labelled() -> re.Pattern[str]:
    """What makes the figure after it a name, a time or a place."""
    return re.compile(rf"(?<![^\W_])(?:{alternatives('bare', 'labels')}) ?$", re.IGNORECASE)


def bare_figures(text: str) -> Iterator[Hit]:
    """Find figures that stand for themselves.

    Args:
        text: normalised (``normalise``).
    """
    yield from _steps(text)
    for match in _figures().finditer(text):
        if not _large(match) or not _stands_alone(text, match.end()):
            continue
        before = text[max(0, match.start() - _BEFORE) : match.start()]
        if _labelled().search(before) or _named(before, match):
            continue
        first, last = sentence(text, match.start(), match.end(), _FAR)
        around = text[first:last]
        period = _period().match(text, match.end())
        near = text[max(first, match.start() - 70) : min(last, match.end() + 50)]
        clause = _clause(text, match, first, last)
        named = words("bare", "of_something").search(clause if has("bare", "charged", clause) else around)
        if not period and (named or measured(text, match.start())):
            continue
        if not has("bare", "paying", near) and _is_a_time_or_code(match[0], around):
            continue
        yield Hit("R10.amount", match.start(), match.end())


def _clause(text: str, match: re.Match[str], first: int, last: int) -> str:
    """Give the clause of a figure: its sentence from the comma or "und" in front of it to the next one."""
    start = max((each.end() for each in _CLAUSES.finditer(text, first, match.start())), default=first)
    after = _CLAUSES.search(text, match.end(), last)
    return text[start : after.start() if after else last]


def measured(text: str, start: int) -> bool:
    """Say whether the head of a table's column says what its figures count."""
    head = heading(text, start)
    return has("bare", "heads", head) and not has("bare", "paying", head)


def _stands_alone(text: str, end: int) -> bool:
    """Say whether no noun follows that a figure would count; of figures in a row the last one decides."""
    for _ in range(_LONGEST_ROW):
        further = _ROW.match(text, end)
        if further is None:
            break
        end = further.end()
    return _alone().match(text, end) is not None and not _COUNTED.match(text, end)


def _is_a_time_or_code(figure: str, around: str) -> bool:
    if figure in _EMERGENCY or _CODE.fullmatch(figure):
        return True
    return _CLOCK.fullmatch(figure) is not None and _DAY.search(around) is not None


def _steps(text: str) -> Iterator[Hit]:
    """Find names with round figures behind them ("Basic 99, Komfort 149"): a list of prices."""
    for match in _STEPS.finditer(text):
        figures = [float(figure.replace(",", ".")) for figure in _STEP_FIGURE.findall(match[0])]
        rising = len(set(figures)) > 1 and max(figures) <= _STEEPEST * min(figures)
        labels = any(
            _labelled().search(match[0][: each.start()][-_BEFORE:]) for each in _STEP_FIGURE.finditer(match[0])
        )
        first, last = sentence(text, match.start(), match.end(), _FAR)
        counted = words("bare", "of_something").search(text[first:last])
        if rising and not counted and (not labels or _SIZES.match(match[0])):
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
    if found is None or found[1].endswith(":") or _EACH.search(before):
        return False
    if match["figure"] is None:
        return match[0][0].isupper() and not _FIRST_WORD.search(before)
    leads = _FIRST_WORD.search(before) and has("bare", "leads", found[1])
    return not (leads or has("bare", "paying", found[1]) or has("price", "works", found[1]))
