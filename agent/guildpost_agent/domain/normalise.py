"""What stands in a DMS export, read as days, months, numbers and flags.

``read_…`` gives the value and the rule that changed its meaning, if one did; ``parse_…`` the value alone. Placeholders
that mean "nothing" (``00.00.0000``, ``01.01.1900``, ``31.12.2099``) read as nothing. What cannot be read raises
``Unreadable``: the caller empties an optional field and counts it, or quarantines the row of a required one.
"""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from guildpost_agent.domain.normalise_rules import Rule

# The zero days of .NET, OLE and spreadsheets, and the ends of time of several systems.
_PLACEHOLDERS: Final = frozenset(
    {
        date(1, 1, 1), date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1), date(1901, 1, 1),
        date(2099, 12, 31), date(2999, 12, 31), date(9999, 12, 31),
    }
)  # fmt: skip
_DAY: Final = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})", re.ASCII)
_ISO_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_SERIAL: Final = re.compile(r"\d{5}", re.ASCII)
_MONTH: Final = re.compile(r"(\d{1,2})[./-](\d{4}|\d{2})", re.ASCII)
_ISO_MONTH: Final = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_TIME: Final = re.compile(r"(\d{1,2})[:.](\d{2})(?::\d{2})?(?: ?Uhr)?", re.IGNORECASE | re.ASCII)
_KM: Final = re.compile(
    r"(\d{1,3}(?:[. ']\d{3})+(?:,\d+)?|\d+(?:,\d+)?|\d+\.\d{1,2})(?: ?(km|tkm|t km))?", re.IGNORECASE | re.ASCII
)
_AMBIGUOUS_KM: Final = re.compile(r"[1-9]\d{0,2},\d{3}", re.ASCII)
_NUMBER: Final = re.compile(r"(\d{1,6})(?:[.,](\d{1,4}))?", re.ASCII)
# A two-digit year up to this many years ahead of today belongs to this century.
TWO_DIGIT_YEARS_AHEAD: Final = 10
_YEARS: Final = range(1900, 2200)
# Spreadsheets count days from here; the numbers of 1954 … 2064 have five digits and are no birthday typed in a hurry.
_SPREADSHEET_ZERO: Final = date(1899, 12, 30)
_SERIALS: Final = range(20_000, 60_001)
_MONTHS: Final = 12
_LONGEST_KM: Final = 2_000_000


class Unreadable(ValueError):  # noqa: N818 — said of a value, it reads as the adjective it is
    """A value that is not what its column holds; the reason is a short code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _year(text: str, today: date, ahead: int) -> int:
    year = int(text)
    if len(text) > 2:  # noqa: PLR2004 — a year of two digits
        return year
    century = today.year // 100 * 100
    return century + year if century + year <= today.year + ahead else century - 100 + year


def _date(year: int, month: int, day: int) -> date | None:
    if month == 0 or day == 0:
        if month == day == 0:
            return None
        raise Unreadable("not_a_date")
    try:
        found = date(year, month, day)
    except ValueError:
        raise Unreadable("not_a_date") from None
    if found in _PLACEHOLDERS:
        return None
    if year not in _YEARS:
        raise Unreadable("not_a_date")
    return found


def _noted(found: date | None, rule: str = "") -> tuple[date | None, str]:
    return (None, Rule.DATE_PLACEHOLDER) if found is None else (found, rule)


@lru_cache(maxsize=16_384)
def read_day(text: str, today: date, ahead: int = TWO_DIGIT_YEARS_AHEAD) -> tuple[date | None, str]:  # noqa: PLR0911 — one per spelling
    """Read a day: ``dd.mm.yyyy``, ``d.m.yy``, ``yyyy-mm-dd``, ``yyyymmdd`` or a spreadsheet's day number.

    Args:
        text: the cell, with or without a time behind the day.
        today: decides the century of two-digit years.
        ahead: so many years ahead of today a two-digit year may lie.

    Returns:
        The day, or None for nothing; and the rule that changed its meaning.

    Raises:
        Unreadable: ``not_a_date``.
    """
    head = text.strip().replace("T", " ").partition(" ")[0]
    if not head:
        return None, ""
    if match := _DAY.fullmatch(head):
        found = _date(_year(match[3], today, ahead), int(match[2]), int(match[1]))
        return _noted(found, Rule.DATE_CENTURY if len(match[3]) == 2 else "")  # noqa: PLR2004 — a year of two digits
    if match := _ISO_DAY.fullmatch(head):
        return _noted(_date(int(match[1]), int(match[2]), int(match[3])))
    if not head.strip("0"):
        return None, Rule.DATE_PLACEHOLDER
    if len(head) == len("yyyymmdd") and head.isascii() and head.isdigit():
        if int(head[:4]) in _YEARS and 1 <= int(head[4:6]) <= _MONTHS:
            return _noted(_date(int(head[:4]), int(head[4:6]), int(head[6:])))
        return _noted(_date(int(head[4:]), int(head[2:4]), int(head[:2])))
    if _SERIAL.fullmatch(head):
        return _serial(head), Rule.DATE_SERIAL
    raise Unreadable("not_a_date")


def _serial(digits: str) -> date:
    """Read a spreadsheet's day number, unless it may be ``dmmyy`` that lost its zero."""
    if int(digits) not in _SERIALS or 1 <= int(digits[1:3]) <= _MONTHS:
        raise Unreadable("not_a_date")
    return _SPREADSHEET_ZERO + timedelta(days=int(digits))


def parse_day(text: str, today: date) -> date | None:
    """Read a day without its rule, see ``read_day``.

    Raises:
        Unreadable: ``not_a_date``.
    """
    return read_day(text, today)[0]


@lru_cache(maxsize=16_384)
def read_month(text: str, today: date) -> tuple[date | None, str]:
    """Read a month (``MM/yyyy``, ``MM.yy``, ``yyyy-mm``) or a day that stands for its month.

    Returns:
        The month's first day (StVZO § 29: the deadline is the month's last day), and the rule that changed its meaning.

    Raises:
        Unreadable: ``not_a_month``.
    """
    text = text.strip()
    try:
        if match := _MONTH.fullmatch(text):
            month, short = int(match[1]), len(match[2]) == 2  # noqa: PLR2004 — a year of two digits
            found = None if month == 0 else _date(_year(match[2], today, TWO_DIGIT_YEARS_AHEAD), month, 1)
            return _noted(found, Rule.DATE_CENTURY if short else "")
        if match := _ISO_MONTH.fullmatch(text):
            return _noted(_date(int(match[1]), int(match[2]), 1))
        day, rule = read_day(text, today)
    except Unreadable:
        raise Unreadable("not_a_month") from None
    return day and day.replace(day=1), rule


def parse_instant(day: date, text: str) -> datetime:
    """Put a time of day (``08:30``, ``8.30 Uhr``) to a day, without a zone; no time means the start of the day.

    Raises:
        Unreadable: ``not_a_time``.
    """
    text = text.strip()
    if not text:
        return datetime(day.year, day.month, day.day)  # noqa: DTZ001 — the caller knows the zone
    match = _TIME.fullmatch(text)
    if match is None:
        raise Unreadable("not_a_time")
    try:
        return datetime(day.year, day.month, day.day, int(match[1]), int(match[2]))  # noqa: DTZ001 — see above
    except ValueError:
        raise Unreadable("not_a_time") from None


def read_km(text: str) -> tuple[int | None, str]:
    """Read a mileage: ``45.300``, ``45300 km``, ``45 300,0``, ``45,3 tkm``; 0 means that nobody looked.

    Returns:
        Whole km, and the rule that changed the meaning.

    Raises:
        Unreadable: ``not_a_number``, ``out_of_range``, or ``ambiguous`` (``45,300`` is 45 km or 45,300 km).
    """
    text = text.strip()
    if not text:
        return None, ""
    if len(text) <= len(str(_LONGEST_KM)) and text.isascii() and text.isdigit():
        if int(text) > _LONGEST_KM:
            raise Unreadable("out_of_range")
        return int(text) or None, ""
    if match := _KM.fullmatch(text):
        number, unit = match[1], match[2]
    else:
        raise Unreadable("not_a_number")
    thousands = unit is not None and unit.casefold() != "km"
    if not thousands and _AMBIGUOUS_KM.fullmatch(number):
        raise Unreadable("ambiguous")
    whole, fraction = _parts(number)
    if len(whole) > len(str(_LONGEST_KM)) and whole.strip("0"):
        raise Unreadable("out_of_range")
    km = int(whole) * 1000 + int(fraction[:3].ljust(3, "0")) if thousands else int(whole)
    if km > _LONGEST_KM:
        raise Unreadable("out_of_range")
    return km or None, Rule.KM_THOUSANDS if thousands and km else ""


def _parts(number: str) -> tuple[str, str]:
    """Part a written number into the digits before and after its decimal mark."""
    whole, _, fraction = number.partition(",")
    head, dot, tail = whole.rpartition(".")
    if dot and not fraction and len(tail) < 3:  # noqa: PLR2004 — fewer than three digits follow no thousands dot
        whole, fraction = head, tail
    return re.sub(r"\D", "", whole), fraction


def parse_decimal(text: str, most: float) -> float | None:
    """Read a small number with a decimal comma or dot, such as hours or millimetres.

    Args:
        text: the cell, without its unit.
        most: what is above cannot be meant.

    Raises:
        Unreadable: ``not_a_number`` or ``out_of_range``.
    """
    text = text.strip()
    if not text:
        return None
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise Unreadable("not_a_number")
    number = float(f"{match[1]}.{match[2] or 0}")
    if number > most:
        raise Unreadable("out_of_range")
    return number


NO_WORDS: Final = ("n", "nein", "no", "0", "falsch", "false", "f", "off")
_FLAGS: Final = {
    "": None,
    **dict.fromkeys(("j", "ja", "y", "yes", "1", "x", "wahr", "true", "t", "on"), True),
    **dict.fromkeys(NO_WORDS, False),
}


def parse_flag(text: str) -> bool | None:
    """Read yes, no or nothing.

    Raises:
        Unreadable: ``not_yes_or_no``.
    """
    try:
        return _FLAGS[text.strip().casefold()]
    except KeyError:
        raise Unreadable("not_yes_or_no") from None
