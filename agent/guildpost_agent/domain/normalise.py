"""What stands in a DMS export, read as days, months, numbers and codes.

Placeholders that mean "nothing" (``00.00.0000``, ``01.01.1900``, ``31.12.2099``) read as nothing. What cannot be read
raises ``Unreadable``: the caller empties an optional field and counts it, or quarantines the row of a required one.
"""

import re
from datetime import date, datetime
from functools import lru_cache
from typing import Final

_PLACEHOLDERS: Final = frozenset({date(1900, 1, 1), date(1901, 1, 1), date(2099, 12, 31), date(9999, 12, 31)})
_DAY: Final = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})")
_ISO_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_MONTH: Final = re.compile(r"(\d{1,2})[./-](\d{4}|\d{2})")
_ISO_MONTH: Final = re.compile(r"(\d{4})-(\d{2})")
_TIME: Final = re.compile(r"(\d{1,2})[:.](\d{2})(?::\d{2})?(?: ?Uhr)?", re.IGNORECASE)
_KM: Final = re.compile(r"(\d{1,3}(?:[. ']\d{3})+|\d+)(?:,\d+)?(?: ?km)?", re.IGNORECASE)
# A two-digit year up to this many years ahead of today belongs to this century.
_TWO_DIGIT_YEARS_AHEAD: Final = 10
_LONGEST_KM: Final = 2_000_000
_COUNTRIES: Final = {
    "": "DE", "D": "DE", "DE": "DE", "DEU": "DE", "GER": "DE", "DEUTSCHLAND": "DE", "BRD": "DE", "GERMANY": "DE",
    "A": "AT", "AUT": "AT", "ÖSTERREICH": "AT", "OESTERREICH": "AT", "SCHWEIZ": "CH", "CHE": "CH",
    "F": "FR", "FRANKREICH": "FR", "L": "LU", "LUXEMBURG": "LU", "B": "BE", "BELGIEN": "BE", "NIEDERLANDE": "NL",
    "POLEN": "PL", "DÄNEMARK": "DK", "I": "IT", "ITALIEN": "IT",
}  # fmt: skip


class Unreadable(ValueError):  # noqa: N818 — said of a value, it reads as the adjective it is
    """A value that is not what its column holds; the reason is a short code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _year(text: str, today: date) -> int:
    year = int(text)
    if len(text) > 2:  # noqa: PLR2004 — a year of two digits
        return year
    century = today.year // 100 * 100
    return century + year if century + year <= today.year + _TWO_DIGIT_YEARS_AHEAD else century - 100 + year


def _date(year: int, month: int, day: int) -> date | None:
    if month == 0 or day == 0:
        if month == day == 0:
            return None
        raise Unreadable("not_a_date")
    try:
        found = date(year, month, day)
    except ValueError:
        raise Unreadable("not_a_date") from None
    return None if found in _PLACEHOLDERS else found


@lru_cache(maxsize=16_384)
def parse_day(text: str, today: date) -> date | None:
    """Read a day: ``dd.mm.yyyy``, ``d.m.yy`` or ``yyyy-mm-dd``, with or without a time behind it.

    Args:
        text: the cell.
        today: decides the century of two-digit years.

    Raises:
        Unreadable: ``not_a_date``.
    """
    head = text.strip().replace("T", " ").partition(" ")[0]
    if not head:
        return None
    if match := _DAY.fullmatch(head):
        return _date(_year(match[3], today), int(match[2]), int(match[1]))
    if match := _ISO_DAY.fullmatch(head):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    raise Unreadable("not_a_date")


@lru_cache(maxsize=16_384)
def parse_month(text: str, today: date) -> date | None:
    """Read a month (``MM/yyyy``, ``MM.yy``, ``yyyy-mm``) or a day that stands for its month.

    Returns:
        The month's first day (StVZO § 29: the deadline is the month's last day).

    Raises:
        Unreadable: ``not_a_month``.
    """
    text = text.strip()
    try:
        if match := _MONTH.fullmatch(text):
            month, year = int(match[1]), _year(match[2], today)
            return None if month == 0 else _date(year, month, 1)
        if match := _ISO_MONTH.fullmatch(text):
            return _date(int(match[1]), int(match[2]), 1)
        day = parse_day(text, today)
    except Unreadable:
        raise Unreadable("not_a_month") from None
    return day and day.replace(day=1)


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


def parse_km(text: str) -> int | None:
    """Read a mileage: ``45.300``, ``45300 km``, ``45 300,0``; 0 means that nobody looked.

    Raises:
        Unreadable: ``not_a_number`` or ``out_of_range``.
    """
    text = text.strip()
    if not text:
        return None
    match = _KM.fullmatch(text)
    if match is None:
        raise Unreadable("not_a_number")
    km = int(re.sub(r"\D", "", match[1]))
    if km > _LONGEST_KM:
        raise Unreadable("out_of_range")
    return km or None


def parse_flag(text: str) -> bool | None:
    """Read yes, no or nothing.

    Raises:
        Unreadable: ``not_yes_or_no``.
    """
    match text.strip().casefold():
        case "":
            return None
        case "j" | "ja" | "y" | "yes" | "1" | "x" | "wahr" | "true":
            return True
        case "n" | "nein" | "no" | "0" | "falsch" | "false":
            return False
        case _:
            raise Unreadable("not_yes_or_no")


def country_code(text: str) -> str:
    """Read a country as its ISO 3166 code; nothing means Germany.

    Raises:
        Unreadable: ``unknown_country``.
    """
    text = text.strip().upper()
    if text in _COUNTRIES:
        return _COUNTRIES[text]
    if len(text) == 2 and text.isascii() and text.isalpha():  # noqa: PLR2004 — ISO 3166 alpha-2
        return text
    raise Unreadable("unknown_country")


def postcode(text: str, country: str) -> str:
    """Read a postcode; a German one gets back the zero a spreadsheet took (``1067`` → ``01067``).

    Raises:
        Unreadable: ``bad_postcode`` when it is no German postcode though the country says so.
    """
    text = text.strip().upper().removeprefix("D-").removeprefix("DE-").strip()
    if not text or country != "DE":
        return text[:12]
    padded = text.zfill(5)
    if not re.fullmatch(r"\d{5}", padded) or padded < "01001":
        raise Unreadable("bad_postcode")
    return padded


def key_number(text: str, width: int) -> str:
    """Read a type key number: HSN of four, TSN of three characters at least, with the zeros a spreadsheet took."""
    text = text.strip().upper()
    return text.zfill(width)[: max(width, 8)] if text.strip("0") else ""


def vin(text: str) -> tuple[str, bool]:
    """Read a vehicle identification number and say whether it is usual (ISO 3779); the check digit is never judged."""
    text = re.sub(r"[\s-]", "", text).upper()[:20]
    return text, not text or re.fullmatch(r"[A-HJ-NPR-Z0-9]{17}", text) is not None


def plate(text: str) -> str:
    """Write a German plate as ``S-AB 1234E``; another country's plate stays as it is, in capitals."""
    text = " ".join(text.upper().split())
    found = re.fullmatch(r"([A-ZÄÖÜ]{1,3})[- ]+([A-Z]{1,2})[- ]*(\d{1,4})[ -]?([EH])?(?: .*)?", text)
    return f"{found[1]}-{found[2]} {found[3]}{found[4] or ''}" if found else text[:16]
