"""What may stand in a slot of each kind, and what becomes of it in a message.

    text       one line
    long_text  some lines; a template loops over them, ``{% for line in slots.story %}``
    price      the dealer's alone: ``49,90 €``, ``ab 49,90 €``, ``€49.90``
    date       ``2027-05-03`` or ``3.5.2027``; written out as the language does
    phone      a number that rings at usual charges
    link       a page on the dealer's own host
    choice     one of the texts that the brand has written

A value is text for people and nothing else: what the page, the letter or the mail would read as markup is written as
characters by whoever renders it. What remains after ``context.clean`` and is still no visible text (other invisible
characters, private use, marks heaped upon one letter) is refused here, as it could cover or imitate what stands around.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final

from guildpost_shared.errors import Language
from guildpost_shared.problems import Problem
from guildpost_shared.templates.context import Value, clean
from guildpost_shared.templates.own_links import leads_home, link_problem
from guildpost_shared.templates.slot_pattern import SlotPattern
from guildpost_shared.templates.wording import letter_date_text

MOST_RAW: Final = 6_000
"""Characters; longer values are refused unread."""
_PRICE: Final = {
    "de": re.compile(r"(ab )?[1-9]\d{0,2}(\.\d{3})?,\d{2} €|(ab )?0,\d{2} €", re.ASCII),
    "en": re.compile(r"(from )?€[1-9]\d{0,2}(,\d{3})?\.\d{2}|(from )?€0\.\d{2}", re.ASCII),
}
_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})|(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})", re.ASCII)
_PHONE: Final = re.compile(r"(?:\+|\()?\d[\d ()/–-]{4,28}\d", re.ASCII)
_DIGITS: Final = range(5, 16)  # ITU-T E.164: fifteen at most
_DEAR: Final = re.compile(r"^(?:0|0049|49)(?:900|137|180|118)")  # § 108 ff. TKG: the price has to stand beside these
_BREAK: Final = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_SOFT_HYPHEN: Final = "\u00ad"
_MARKS: Final = 3


class SlotKind(StrEnum):
    """What a slot holds."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    PRICE = "price"
    DATE = "date"
    PHONE = "phone"
    LINK = "link"
    CHOICE = "choice"


@dataclass(frozen=True)
class Limits:
    """How much a slot takes.

    Attributes:
        most: characters, line breaks included.
        least: characters, where anything is written at all.
        lines: of a long text.
        pattern: of a text.
        choices: the texts to choose from.
        first_day: the earliest date.
        last_day: the latest date.
    """

    most: int
    least: int = 0
    lines: int = 1
    pattern: SlotPattern | None = None
    choices: tuple[str, ...] = ()
    first_day: date | None = None
    last_day: date | None = None


def tidy(kind: SlotKind, raw: str) -> str:
    """Make a value harmless: one line, or the lines of a long text without blank ones."""
    if kind is not SlotKind.LONG_TEXT:
        return clean(raw)
    return "\n".join(line for each in _BREAK.split(raw) if (line := clean(each)))


def problem_of(
    kind: SlotKind, limits: Limits, value: str, language: Language, own: Iterable[str] | None
) -> Problem | None:
    """Say what is wrong with a tidied value, or nothing; an empty one is never wrong.

    Args:
        kind: of the slot.
        limits: of the slot.
        value: see ``tidy``.
        language: of the template.
        own: the dealer's own hosts; None where no dealer is known, as for the brand's sample.
    """
    if not value:
        return None
    return _size(limits, value) or _odd(value) or _of_kind(kind, limits, value, language, own)


def shown(kind: SlotKind, value: str, language: Language) -> Value:
    """Give what a template reads of a value without a problem."""
    if kind is SlotKind.LONG_TEXT:
        return value.split("\n") if value else []
    day = _day(value) if kind is SlotKind.DATE else None
    return letter_date_text(day, language) if day else value


def _size(limits: Limits, value: str) -> Problem | None:
    if len(value) > limits.most:
        return Problem("too_long", most=limits.most)
    if len(value) < limits.least:
        return Problem("too_short", least=limits.least)
    if value.count("\n") >= limits.lines:
        return Problem("too_many_lines", most=limits.lines)
    return None


@lru_cache(maxsize=256)
def _odd(value: str) -> Problem | None:
    """Find what is no visible text, or marks heaped upon a letter."""
    marks = 0
    for character in value:
        category = unicodedata.category(character)
        if category in {"Cf", "Co", "Cs", "Cn", "Cc"} and character not in {"\n", _SOFT_HYPHEN}:
            return Problem("odd_character", number=f"U+{ord(character):04X}")
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks > _MARKS:
            return Problem("heaped_marks")
    return None


def _of_kind(
    kind: SlotKind, limits: Limits, value: str, language: Language, own: Iterable[str] | None
) -> Problem | None:
    match kind:
        case SlotKind.PRICE:
            return None if _PRICE[language].fullmatch(value) else Problem("no_price")
        case SlotKind.DATE:
            return _date_problem(limits, value)
        case SlotKind.PHONE:
            return _phone_problem(value)
        case SlotKind.LINK:
            found = link_problem(value)
            foreign = own is not None and found is None and not leads_home(value, own)
            return Problem("link_elsewhere", own=", ".join(own or ()) or "–") if foreign else found
        case SlotKind.CHOICE:
            return None if value in limits.choices else Problem("none_of", choices=" · ".join(limits.choices))
        case _:
            fits = limits.pattern is None or limits.pattern.fits(value)
            return None if fits or limits.pattern is None else Problem("slot_pattern", pattern=limits.pattern.source)


def _date_problem(limits: Limits, value: str) -> Problem | None:
    day = _day(value)
    if day is None:
        return Problem("no_date")
    if limits.first_day and day < limits.first_day:
        return Problem("too_early", day=limits.first_day.isoformat())
    if limits.last_day and day > limits.last_day:
        return Problem("too_late", day=limits.last_day.isoformat())
    return None


def _day(value: str) -> date | None:
    found = _DAY.fullmatch(value)
    if found is None:
        return None
    year, month, day = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _phone_problem(value: str) -> Problem | None:
    digits = re.sub(r"\D", "", value.replace("(0)", ""))
    if not _PHONE.fullmatch(value) or len(digits) not in _DIGITS:
        return Problem("no_phone")
    return Problem("dear_phone") if _DEAR.match(digits) else None
