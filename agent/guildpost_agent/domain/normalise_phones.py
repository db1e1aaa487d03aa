"""Phone numbers as people typed them: E.164, mobile or not, several in one field, with words around them.

German numbers in their usual spellings are judged by the library's own patterns without its slow parser; a property
test holds both to the same answers. The library loads only in the process that imports, so that an idle agent stays
small.
"""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Final

from guildpost_agent.domain.frozen import frozen
from guildpost_agent.domain.normalise import Unreadable
from guildpost_agent.domain.normalise_rules import Rule

_PHONE_NOISE: Final = re.compile(r"[^0-9+]+")
_INTERNATIONAL_ZERO: Final = re.compile(r"\(0\)")
_EXTENSION: Final = re.compile(
    r"(?:\b(?:app(?:arat)?|dw|durchwahl|ext|nst|nebenstelle)\b\.?:?\s*|#\s*)\d+\s*$", re.IGNORECASE
)
_STRONG: Final = re.compile(r"[;,|\n]|\b(?:oder|und|bzw|od)\b\.?", re.IGNORECASE)
# A new number begins with a trunk zero or a plus, behind a slash, a dash or a blank.
_WEAK: Final = re.compile(r"(?:\s*[/\\–-]\s*|\s+)(?=(?:\+|00|0[1-9])[\d\s/()-]{5,})", re.ASCII)
_FEWEST_DIGITS: Final = 6
_WORDS: Final = re.compile(r"[^\W\d_]{2,}")
_ORDINARY_WORDS: Final = re.compile(
    r"\b(?:tel(?:efon)?|fon|mobil|handy|privat|gesch|gesch[aä]ftlich|dienstlich|p|g|m)\b\.?:?", re.IGNORECASE
)
_DEAD: Final = re.compile(r"0?(?:12345(?:6(?:7(?:8(?:90?)?)?)?)?|(\d)\1{4,})|0\d{2,4}(?:0{5,}|1{6,}|9{6,})", re.ASCII)
# One number, written with at most one separator and blanks: nothing to part, no words.
_SIMPLE: Final = re.compile(r"0[1-9]\d{1,3} ?[/-]? ?\d(?:\d| (?!0))*", re.ASCII)
_SEPARATORS: Final = str.maketrans("", "", " /-")
_NATIONAL: Final = re.compile(r"0[1-9]\d+", re.ASCII)
_GERMAN: Final = re.compile(r"(?:\+|00)49[1-9]\d+", re.ASCII)


@frozen
class Phone:
    """One number in E.164."""

    number: str
    is_mobile: bool


@frozen
class Phones:
    """The numbers of a field, in their order, and the rule that changed its meaning."""

    found: tuple[Phone, ...]
    rule: str = ""


NONE: Final = Phones(())


@lru_cache(maxsize=8192)
def read_phones(text: str, country: str = "DE") -> Phones:
    """Read a phone field.

    Args:
        text: the cell.
        country: decides what a number without a country code means.

    Returns:
        Each number once; none for an empty field and for stopgaps (``000000``, ``12345``).

    Raises:
        Unreadable: ``not_a_phone_number`` when nothing in the field is one.
    """
    if country == "DE" and _SIMPLE.fullmatch(text):
        digits = text.translate(_SEPARATORS)
        if not _DEAD.fullmatch(digits) and (found := _german(digits[1:])):
            return Phones((found,))
    whole = _digits(text)
    if not whole.strip("0+"):
        if _WORDS.search(text):
            raise Unreadable("not_a_phone_number")
        return Phones((), Rule.PHONE_PLACEHOLDER) if len(whole) > 1 else NONE
    return Phones((), Rule.PHONE_PLACEHOLDER) if _DEAD.fullmatch(whole) else _several(text, country)


def _several(text: str, country: str) -> Phones:
    """Read a field that may hold several numbers, extensions and words."""
    bare = _EXTENSION.sub("", text)
    parts = [part for strong in _STRONG.split(bare) for part in _pieces(strong)]
    numbers: dict[str, Phone] = {}
    dead = 0
    for part in parts:
        digits = _digits(part)
        if _DEAD.fullmatch(digits):
            dead += 1
        elif found := _number(digits, country):
            numbers.setdefault(found.number, found)
    if not numbers:
        if dead:
            return Phones((), Rule.PHONE_PLACEHOLDER)
        raise Unreadable("not_a_phone_number")
    return Phones(tuple(numbers.values()), _rule(text, bare, len(numbers)))


def _rule(text: str, bare: str, count: int) -> str:
    if count > 1:
        return Rule.PHONE_SEVERAL
    if bare != text:
        return Rule.PHONE_EXTENSION
    return Rule.PHONE_WORDS if _WORDS.search(_ORDINARY_WORDS.sub("", text)) else ""


def phone(text: str, country: str = "DE") -> str:
    """Read a phone field's first number as E.164 (``0171 / 123 45 67`` → ``+491711234567``).

    Raises:
        Unreadable: ``not_a_phone_number``.
    """
    found = read_phones(text, country).found
    return found[0].number if found else ""


def _digits(text: str) -> str:
    if text.lstrip(" (").startswith(("+", "00")):
        text = _INTERNATIONAL_ZERO.sub("", text)
    return _PHONE_NOISE.sub("", text)


def _pieces(text: str) -> list[str]:
    """Part a text where a second number begins, if both sides are long enough to be one."""
    for match in _WEAK.finditer(text):
        head, tail = text[: match.start()], text[match.end() :]
        if len(_digits(head)) >= _FEWEST_DIGITS and len(_digits(tail)) >= _FEWEST_DIGITS:
            return [head, *_pieces(tail)]
    return [text]


def _number(digits: str, country: str) -> Phone | None:
    if country == "DE" and _NATIONAL.fullmatch(digits):
        return _german(digits[1:])
    if _GERMAN.fullmatch(digits):
        return _german(digits.removeprefix("+").removeprefix("00")[2:])
    return by_library(digits, country)


def _german(national: str) -> Phone | None:
    """Judge a German number without its trunk zero."""
    kind = _german_kinds()(national)
    return None if kind is None else Phone(f"+49{national}", kind)


@cache
def _german_kinds() -> Callable[[str], bool | None]:
    """Compile the library's German patterns; the function says mobile, not mobile, or None for no number."""
    from phonenumbers.phonemetadata import PhoneMetadata  # noqa: PLC0415 — see the module's head

    data = PhoneMetadata.metadata_for_region("DE")
    if data is None:
        raise LookupError("phonenumbers without German numbers")
    # What is one of these is no mobile number, whatever else it looks like; land lines first, as they are the most.
    others = (
        data.fixed_line, data.premium_rate, data.toll_free, data.shared_cost, data.voip, data.personal_number,
        data.pager, data.uan, data.voicemail,
    )  # fmt: skip

    def fits(kind: object) -> str:
        lengths = "|".join(rf"\d{{{length}}}" for length in getattr(kind, "possible_length", ()))
        pattern = getattr(kind, "national_number_pattern", None)
        return rf"(?=(?:{lengths})\Z)(?:{pattern})" if pattern else r"(?!)"

    other, general = "|".join(fits(kind) for kind in others), fits(data.general_desc)
    known = re.compile(rf"(?={general}\Z)(?:(?P<other>{other})|(?P<mobile>{fits(data.mobile)}))", re.ASCII)

    def judge(national: str) -> bool | None:
        found = known.fullmatch(national)
        return None if found is None else found.lastgroup == "mobile"

    return judge


def by_library(digits: str, country: str) -> Phone | None:
    """Read one number with the library: the slow way, and the measure of the fast one."""
    import phonenumbers  # noqa: PLC0415 — see the module's head

    try:
        number = phonenumbers.parse(digits, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    return Phone(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), mobile)
