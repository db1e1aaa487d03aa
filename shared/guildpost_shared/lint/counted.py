"""What a figure counts: the unit or noun behind it, the label before it, what else its sentence measures.

A figure of money written without its currency has none of these, whatever words stand around it:

    62.000 km, 34 Menschen, 34 trained people    a unit, a noun, adjectives and a noun
    Halle 39, um 15, § 29                        a label: any figure, a time or day, any figure
    22,4 mm, das Mindestmaß beträgt 22           a neighbour that says in which unit
"""

import re
from bisect import bisect_left, bisect_right
from functools import cache, lru_cache
from typing import Final

from guildpost_shared.lint.sentences import heading
from guildpost_shared.lint.tables import alternatives, has, words

_BEFORE: Final = 40
_ADJECTIVES: Final = 3
_LAST_DAY: Final = 31
_ALIKE: Final = 1.5
"""Figures of one sentence mean the same unit where the larger is at most this many times the smaller."""
_LIKELY: Final = 13
"""The same where no work stands beside the figure ("auf den ersten 1500 km nicht über 120")."""
_TECHNICAL: Final = re.compile(
    r"\W*(?:kg|mm|bar|psi|k?n|nm|volts?|v|ah|db|grad|degrees?|°.?|u/min|rpm)\b", re.IGNORECASE
)
"""Units of what nobody sells by the piece: they explain more than a time, a size or a distance."""
_TWICE: Final = 2.5
_CLAUSES: Final = re.compile(r"[,;:] | und | and | sowie ", re.IGNORECASE)
_BECOMES: Final = re.compile(
    r"(?<!in unserer )(?<!in der )(?<!in our )(?<!in the )(?<!at our )(?<!bei )"
    r"(?:betrieb|werkstatt|autohaus|haus|firma|familienbetrieb|\ue010|wir|workshop|garage|dealership|business|firm|we)"
    r" (?:wird|werden|wurde|turns?|turned|is turning|are turning)"
    r"(?: (?:heuer|heute|nun|bald|jetzt|dieses jahr|in diesem jahr|this year|today))? $",
    re.IGNORECASE,
)
_ENDS_THERE: Final = re.compile(r"\s*(?:[.!?,\n]|\Z|this (?:year|month)|im \w+|in \w+|years? old)")
_FIRST_WORD: Final = re.compile(r"(?:^|[.!?:;\n]\s*)[^\W\d_]+ $")
_CAPITAL: Final = re.compile(r"(?:^|[\s(\"'-])((?!Sie |Ihnen |Ihr )[A-ZÄÖÜ][^\W\d_]*[.:]?|[A-Z]) $")
_EACH: Final = re.compile(r"\b(?:je|pro|per|das|each|a) (?:Stück|Rad|Satz|Liter|Reifen|Paar|Teil|Monat|Jahr) $")
_SIZE: Final = re.compile(r"\d ?(?:zoll|inch|liter|litres?|teilig|türig|ml|km) $", re.IGNORECASE)
"""A size right in front of a figure: what is sold in it, the figure is what it costs ("16 Zoll 49, 17 Zoll 59")."""
_A_WORD_BEFORE: Final = re.compile(r"[^\s:,;!?][: ]{0,3}$")
_FIRST_OF_TWO: Final = re.compile(r"(?<![\d.,])(\d{1,4})\.? ?(?:-|bis|to|auf|und|and|oder|or) ?$", re.IGNORECASE)
_PRICED: Final = (("bare", "charged"), ("price", "works"))
_OFFERED: Final = re.compile(
    r"\b(?:für|for|ab|from|nur|only|just|gerade|lediglich|already|schon|bereits|um|zu|at)(?: \w+){0,2} $", re.IGNORECASE
)
_WEEKLY: Final = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days?|(?:mon|diens|donners|frei|sams|sonn)tags?|mittwochs?),?"
    r" (?:only |nur |jeweils |always )?(?:from|ab|at|um|until|bis|to) $",
    re.IGNORECASE,
)
_LAST_HOUR: Final = 20
_YOUNGEST: Final = 14
_OLDEST: Final = 99
_IS: Final = re.compile(
    r"\b(?:is|was|turns?|turned|turning|ist|war|wird|wurde)(?: (?:just|now|only|already|bald|jetzt|erst|gerade|schon"
    r"|nun|(?:in|im) [A-ZÄÖÜ]\w+))? $",
    re.IGNORECASE,
)
_APPOSED: Final = re.compile(r"(?-i:[A-ZÄÖÜ][a-zäöüß-]+)(?:, | \()$")
_TO_A_SHARE: Final = re.compile(r"\b(?:zu|at|um)(?: \w+){0,2} $", re.IGNORECASE)
"""What a share may follow as well as an amount ("abgenutzt, die hinteren erst zu 40")."""
_SHARE: Final = re.compile(r"[ -]?(?:%|‰|prozent|per ?cent)", re.IGNORECASE)
_SMALL: Final = {
    **{word: value for value, word in enumerate(("zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht"), 2)},
    **{word: value for value, word in enumerate(("two", "three", "four", "five", "six", "seven", "eight"), 2)},
    **{word: value for value, word in enumerate(("neun", "zehn", "elf", "zwölf"), 9)},
    **{word: value for value, word in enumerate(("nine", "ten", "eleven", "twelve"), 9)},
}
"""What number words are worth of which one has a unit ("drei Jahre Garantie, gegen Rost zwölf")."""
_SIX_TIMES: Final = 6
_OWNED: Final = re.compile(
    r"(?:\b(?:ihr(?:e[nmrs]?)?|de[rmn]|die|das|ein(?:e[nmrs]?)?|beim?|zum|im|in|your|the|an?)|[\ue010\ue011]),?"
    r" (?:[A-ZÄÖÜ][\w-]* )?[A-ZÄÖÜ]?[\w-]* $",
    re.IGNORECASE,
)


@cache
def _behind() -> re.Pattern[str]:
    """What is counted: a unit, a German noun (capital), an English one (plural), with adjectives before it."""
    function_word = rf"(?:{alternatives('bare', 'function_words')}|{alternatives('bare', 'follows')})"
    german = (
        rf"[ -](?:(?!(?i:{function_word})(?![^\W_]))[a-zäöüß-]+ ){{0,{_ADJECTIVES}}}"
        r"(?!Sie\b|Ihnen\b|Ihr\w{0,2}\b|Du\b)[A-ZÄÖÜ][\w-]+"
    )
    english = (
        rf"[ -](?i:(?:(?!{function_word}(?![^\W_]))[a-z][a-z'-]* ){{0,{_ADJECTIVES}}}"
        rf"(?!{function_word}(?![^\W_]))(?:[a-z-]{{2,}}(?<!s)s|{alternatives('bare', 'plurals')})\b"
        r"(?! ?(?:you|your|it|the|an?(?! (?:day|week|month|year))|all|every|off|up|out)\b))"
    )
    ours = r"(?:unserer|aller|dieser|ihrer)(?-i: (?:[a-zäöüß]+ )?[A-ZÄÖÜ])"
    of_ours = rf" (?i:{ours}|(?:{alternatives('bare', 'plurals')})(?![^\W_]))"
    return re.compile(rf"[ -]?(?i:{alternatives('bare', 'units')})(?![^\W_])|{german}|{english}|{of_ours}")


@cache
def _measured() -> re.Pattern[str]:
    """A figure with its unit."""
    small = "|".join(_SMALL)
    return re.compile(
        rf"(?<![\w.,])(?:(\d{{1,4}}(?:[.,]\d{{1,2}})?)[ -]?|({small}|{alternatives('bare', 'large')})[ -])"
        rf"(?!mal\b|times\b|x\b|fach)(?:{alternatives('bare', 'units')})(?![^\W_])",
        re.IGNORECASE,
    )


@cache
def _labelled() -> re.Pattern[str]:
    """What makes any figure after it a name or a place."""
    label = rf"(?:{alternatives('bare', 'labels')}) ?:?|(?:{alternatives('bare', 'papers')})"
    return re.compile(rf"(?<![^\W_])(?:{label}) ?$", re.IGNORECASE)


@cache
def _timed() -> re.Pattern[str]:
    """What makes a small figure after it a time or a day."""
    return re.compile(rf"(?<![^\W_])(?:{alternatives('bare', 'times')}):? ?$", re.IGNORECASE)


@cache
def _heads() -> re.Pattern[str]:
    """The head of the last column."""
    return re.compile(rf"(?<![^\W_])(?:{alternatives('bare', 'heads')})(?: in \w+)?\W*$", re.IGNORECASE)


def counts(text: str, end: int) -> bool:
    """Say whether a unit or a noun stands behind a figure.

    Args:
        text: normalised.
        end: of the figure.
    """
    return _behind().match(text, end) is not None


def labelled(text: str, figure: re.Match[str]) -> bool:
    """Say whether a figure is a name, a place, a time or a day by what stands before it."""
    before = text[max(0, figure.start() - _BEFORE) : figure.start()]
    return placed(before, figure[0]) or _named(before, figure)


def placed(before: str, figure: str) -> bool:
    """Say whether the words in front of a figure make it a place, a number of something, a time or a day."""
    first = _FIRST_OF_TWO.search(before)
    pairs = [(before, figure)] + ([(before[: first.start(1)], first[1])] if first else [])
    return any(
        _labelled().search(lead) or (early(each) and _timed().search(lead))
        for lead, each in pairs
        if _A_WORD_BEFORE.search(lead)
    )


def early(figure: str) -> bool:
    """Say whether a figure, in digits or words, may be an hour or a day of a month."""
    digits = re.match(r"\d+", figure)
    return int(digits[0]) <= _LAST_DAY if digits else words("bare", "days").fullmatch(figure) is not None


def opens(text: str, start: int, figure: str) -> bool:
    """Say whether a weekday right in front of a figure makes it an hour ("Wednesdays from 10").

    Args:
        text: normalised.
        start: of the figure.
        figure: in digits.
    """
    return (
        figure.isdigit()
        and int(figure) <= _LAST_HOUR
        and _WEEKLY.search(text[max(0, start - _BEFORE) : start]) is not None
    )


def aged(text: str, start: int, end: int, first: int, last: int) -> bool:
    """Say whether a figure is the age of somebody ("our colleague is 19", "Tim, 17, our apprentice").

    Args:
        text: normalised.
        start: of the figure.
        end: of the figure.
        first: of its sentence.
        last: of its sentence.
    """
    figure = text[start:end]
    if figure.isdigit() and not _YOUNGEST <= int(figure) <= _OLDEST:
        return False
    near = text[max(first, start - _BEFORE) : start]
    named = text[end : end + 1] in {",", ")"} and _APPOSED.search(near) is not None
    if not named and not _IS.search(near):
        return False
    where = text[first:last] if named else text[first:start]
    if not has("bare", "persons", where) or has("bare", "paying", where):
        return False
    return not any(has(*table, where) for table in _PRICED)


def jubilee(text: str, start: int, end: int, first: int, last: int) -> bool:
    """Say whether a figure is how old a house becomes ("our workshop turns 50", "Unser Betrieb wird dieses Jahr 75!").

    Args:
        text: normalised.
        start: of the figure.
        end: of the figure.
        first: of its sentence.
        last: of its sentence.
    """
    if not _BECOMES.search(text[max(first, start - _BEFORE) : start]) or not _ENDS_THERE.match(text, end):
        return False
    return not any(has(*table, text[first:last]) for table in _PRICED)


def _named(before: str, figure: re.Match[str]) -> bool:
    """Say whether a name or noun in front makes the figure a part of it ("Halle 49", "Golf 8")."""
    found = _CAPITAL.search(before)
    if found is None or found[1].endswith((".", ":")) or _EACH.search(before):
        return False
    if not figure[0][0].isdigit():
        return figure[0][0].isupper() and not _FIRST_WORD.search(before)
    leads = _FIRST_WORD.search(before) and has("bare", "leads", found[1])
    if leads or has("bare", "paying", found[1]) or has("price", "works", found[1]):
        return False
    return _OWNED.search(before) is not None or has("bare", "makes", found[1])


def explained(text: str, start: int, end: int, first: int, last: int) -> bool:
    """Say whether a figure's sentence says what it measures.

    Args:
        text: normalised.
        start: of the figure.
        end: of the figure.
        first: of its sentence.
        last: of its sentence.
    """
    own, around, head = clause(text, start, end, first, last), text[first:last], heading(text, start)
    if has("bare", "of_something", own) or (head and _heads_figures(head)):
        return True
    offered = _OFFERED.search(text, max(first, start - _BEFORE), start)
    sold = any(has(*table, place) for table in _PRICED for place in (own, head))
    if not (offered or sold) and (has("bare", "of_something", around) or has("bare", "set_to", own)):
        return True
    if _SIZE.search(text, first, start):
        return False
    return _beside_a_unit(text[start:end], around, offered=offered[0] if offered else "", sold=sold)


def headed(text: str, start: int) -> bool:
    """Say whether the head of a table's column says what its figures count."""
    return _heads_figures(heading(text, start))


@lru_cache(maxsize=256)
def _heads_figures(head: str) -> bool:
    return _heads().search(head) is not None and not has("bare", "paying", head)


def clause(text: str, start: int, end: int, first: int, last: int) -> str:
    """Give the clause of a figure: its sentence from the comma or "und" in front of it to the next one."""
    starts, ends = _clause_marks(text)
    before, behind = bisect_right(ends, start), bisect_left(starts, end)
    opens = max(first, ends[before - 1]) if before else first
    return text[opens : min(last, starts[behind]) if behind < len(starts) else last]


@lru_cache(maxsize=64)
def _clause_marks(text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Give where the marks that part clauses begin, and where they end."""
    marks = list(_CLAUSES.finditer(text))
    return tuple(mark.start() for mark in marks), tuple(mark.end() for mark in marks)


def _beside_a_unit(figure: str, around: str, *, offered: str, sold: bool) -> bool:
    """Say whether another figure has a unit that this one shares ("36 psi vorn, hinten 42").

    Args:
        figure: in digits or words.
        around: its sentence.
        offered: what an amount is offered with, right in front of the figure; may be empty.
        sold: whether a work stands beside the figure: then, or where it is offered, the two have to be of one size.
    """
    value = _number(figure)
    for other, unit in _units_in(around):
        if unit == "word":
            alike = other and other <= _SMALL.get(figure.lower(), 0) <= _SIX_TIMES * other
            if alike and not (offered or sold):
                return True
            continue
        if unit == "share" and (sold or (offered and not _TO_A_SHARE.search(offered))):
            continue
        if not (value and other):
            if not (offered or sold):
                return True
            continue
        reach = (_TWICE if unit else _ALIKE) if offered or sold else _LIKELY
        if max(value, other) <= reach * min(value, other):
            return True
    return False


@lru_cache(maxsize=1024)
def _units_in(around: str) -> tuple[tuple[float | None, str], ...]:
    """Give the figures of a sentence that have a unit, and its kind: ``technical``, ``share``, ``word``."""
    return tuple(
        (_number(match[1]) if match[1] else _SMALL.get(match[2].lower()), _kind(around, match))
        for match in _measured().finditer(around)
    )


def _kind(around: str, match: re.Match[str]) -> str:
    if match[1] is None:
        return "word" if match[2].lower() in _SMALL and not has("bare", "large", match[2]) else ""
    if _SHARE.match(around, match.end(1)):
        return "share"
    return "technical" if _TECHNICAL.match(around, match.end(1)) else ""


def _number(figure: str) -> float | None:
    digits = re.match(r"\d+(?:[.,]\d+)?", figure)
    return float(digits[0].replace(",", ".")) if digits else None
