"""Figures that nothing explains (rule R10): no unit, no label, no noun behind.

``money`` knows the words that announce a price. Who wants to hide one leaves them out ("the wheel swap sits at 29",
"149 covers it all"). So this goes the other way: every figure has to be the number *of* something (km, persons, a
paragraph, a house, a time: ``counted``); one that stands for itself is an amount, whatever the words around it.

    Ihr Service: 149.            an amount: nothing says what is counted
    Basic 99, Komfort 149        a list of prices: names with round figures behind them
    Halle 39, am 14. und 15. Mai    a place, days
    17 von 20 Punkten            a share of what is counted
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from guildpost_shared.lint.counted import aged, counts, early, explained, jubilee, labelled, opens, placed
from guildpost_shared.lint.hits import By, Hit
from guildpost_shared.lint.numbers import ROMAN, WORDS
from guildpost_shared.lint.sentences import sentence
from guildpost_shared.lint.tables import alternatives, has

_LEAST: Final = 9
_LAST_HOUR: Final = 24
_FAR: Final = 160
_FIGURE: Final = (
    r"(?<![\w.,:/§#+°'²-])(?<!\d )(?<![<>] )(?<![<>!=]= )(?P<figure>\d{1,4}(?:[.,](?:\d\d|-))?)"
    r"(?![\w%€$£°²³]|[.,:/-]\d| ?[/:x×-] ?\d| \d|\. ?\d)"
)
_SPAN: Final = (
    r"(?<![\w.,:/§#+°'²-])(?<!\d )(?<!\) )(?P<low>[1-9]\d{1,2}) ?- ?(?P<high>[1-9]\d{1,2})"
    r"(?![\w%€$£°²³]|[.,:/-]\d| ?[/:x×-] ?\d| \d|\. ?\d)"
)
"""From … to …; telephone numbers and codes look alike but seldom rise a little."""
_WIDEST_SPAN: Final = 2
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_ROW: Final = re.compile(
    rf"\.?(?: ?,| ?-| und| and| oder| or| bis| to| auf) ?(?:\d{{1,4}}(?:[.,]\d\d)?(?![\d:/-]|,\d)|{WORDS}(?![^\W_]))",
    re.IGNORECASE,
)
_COUNTED: Final = re.compile(
    r"\.? ?(?:von|of|out of|in|aus) (?:\d|zehn|hundert|fünf|drei|vier|ten|a hundred|five|four|three)"
    r"| (?:oder|und|or|and) (?:älter|jünger|older|younger|over)\b|,? ?[\n·|-]? ?\d{5} (?-i:[A-ZÄÖÜ])"
    r"|\. ?(?:(?-i:[a-zäöü])|(?:januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember"
    r"|tag|jahr|(?:kalender)?woche|kw|quartal|auflage|ausgabe)\b)"
    r"|[ -]?(?:%|per ?cent|prozent|(?-i:am|pm)\b(?! [A-ZÄÖÜ]))"
    r"| (?:in (?:order|ordnung|town|der stadt))\b|\.\d",
    re.IGNORECASE,
)
_LONGEST_ROW: Final = 8
_EMERGENCY: Final = frozenset({"110", "112", "911", "999"})
_CODE: Final = re.compile(r"\d{4}")
_DATE: Final = re.compile(r"(?:[0-2]?\d|3[01])\.(?:0?\d|1[0-2])\.")
_CLOCK: Final = re.compile(r"(?:[01]?\d|2[0-4])[.]\d\d|[a-zäöüß]+ [a-zäöüß]+", re.IGNORECASE)
_WEEKDAYS: Final = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch"
_WEEKDAY: Final = re.compile(_WEEKDAYS, re.IGNORECASE)
_DAY: Final = re.compile(rf"{_WEEKDAYS}|termin|appointment|geschlossen|closed", re.IGNORECASE)
_STEP: Final = r"[\w-]*(?: [A-ZÄÖÜ][\w-]*)?:? \d{2,3}(?:,\d\d)?(?![\w:/]|[.,]\d| ?(?:%|€|°|[a-zäöü]))"
_STEPS: Final = re.compile(rf"(?<![\w.-])[A-ZÄÖÜ]{_STEP}(?: ?[,;|/-] ?(?:\d\.\d )?[^\W\d_]{_STEP}){{1,12}}")
_STEP_FIGURE: Final = re.compile(r"(?<= )\d{2,3}(?:,\d\d)?")
_SIZES: Final = re.compile(r"(?:[SMLX]{1,3} \d+\W*){2}")
_STEEPEST: Final = 8


@cache
def _figures() -> re.Pattern[str]:
    roman = rf"(?-i:(?P<roman>{ROMAN}(?<=[IVXLCDM]{{3}})))"
    return re.compile(rf"{_SPAN}|{_FIGURE}|(?<![^\W_-])(?P<words>{WORDS})(?![^\W_]|-)|{roman}", re.IGNORECASE)


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


def bare_figures(text: str) -> Iterator[Hit]:
    """Find figures that stand for themselves.

    Args:
        text: normalised (``normalise``).
    """
    yield from _steps(text)
    for match in _figures().finditer(text):
        if not _large(match) or not _stands_alone(text, match.end()):
            continue
        if labelled(text, match):
            continue
        first, last = sentence(text, match.start(), match.end(), _FAR)
        periodic = _period().match(text, match.end())
        if not periodic and (
            explained(text, match.start(), match.end(), first, last)
            or opens(text, match.start(), match[0])
            or aged(text, match.start(), match.end(), first, last)
            or jubilee(text, match.start(), match.end(), first, last)
        ):
            continue
        near = text[max(first, match.start() - 70) : min(last, match.end() + 50)]
        if _is_a_time_or_code(text, match, first, last) and not has("bare", "paying", near):
            continue
        yield Hit("R10.amount", match.start(), match.end(), by=By.FIGURE)


def _stands_alone(text: str, end: int) -> bool:
    """Say whether no noun follows that a figure would count; of figures in a row the last one decides."""
    for _ in range(_LONGEST_ROW):
        further = _ROW.match(text, end)
        if further is None:
            break
        end = further.end()
    if _COUNTED.match(text, end):
        return False
    return _alone().match(text, end) is not None or not counts(text, end)


def _is_a_time_or_code(text: str, match: re.Match[str], first: int, last: int) -> bool:
    figure = match[0]
    if figure in _EMERGENCY or _CODE.fullmatch(figure) or _DATE.fullmatch(text, match.start(), match.end() + 1):
        return True
    if early(figure) and _WEEKDAY.search(text, first, last):
        return True
    return _CLOCK.fullmatch(figure) is not None and _DAY.search(text, first, last) is not None


def _steps(text: str) -> Iterator[Hit]:
    """Find names with round figures behind them ("Basic 99, Komfort 149"): a list of prices."""
    for match in _STEPS.finditer(text):
        figures = [float(figure.replace(",", ".")) for figure in _STEP_FIGURE.findall(match[0])]
        rising = len(set(figures)) > 1 and max(figures) <= _STEEPEST * min(figures)
        labels = any(placed(match[0][: each.start()], each[0]) for each in _STEP_FIGURE.finditer(match[0]))
        first, last = sentence(text, match.start(), match.end(), _FAR)
        counted = explained(text, match.start() + len(match[0]) - len(match[0].split()[-1]), match.end(), first, last)
        if rising and not counted and (not labels or _SIZES.match(match[0])):
            yield Hit("R10.amount", match.start(), match.end(), by=By.FIGURE)


def _large(match: re.Match[str]) -> bool:
    """Say whether a figure is large enough for a price: below nine people count things."""
    figure = match["figure"]
    if match["low"] is not None:
        low, high = int(match["low"]), int(match["high"])
        return _LAST_HOUR < low < high <= _WIDEST_SPAN * low
    if figure is not None:
        whole, _, cents = figure.partition(",")
        return not _YEAR.fullmatch(figure) and (cents.isdigit() or int(whole.partition(".")[0]) >= _LEAST)
    if match["words"] is not None:
        return has("bare", "large", match["words"])
    return True
