"""Addresses: street and house number, post boxes, postcodes by country, countries."""

import re
from functools import lru_cache
from typing import Final

from guildpost_agent.domain.normalise import Unreadable
from guildpost_agent.domain.normalise_rules import Rule
from guildpost_agent.domain.normalise_text import clean

_COUNTRIES: Final = {
    "": "DE", "D": "DE", "DE": "DE", "DEU": "DE", "GER": "DE", "DEUTSCHLAND": "DE", "BRD": "DE", "GERMANY": "DE",
    "A": "AT", "AUT": "AT", "ÖSTERREICH": "AT", "OESTERREICH": "AT", "AUSTRIA": "AT",
    "SCHWEIZ": "CH", "CHE": "CH", "SUI": "CH", "LIECHTENSTEIN": "LI", "FL": "LI",
    "F": "FR", "FRA": "FR", "FRANKREICH": "FR", "L": "LU", "LUX": "LU", "LUXEMBURG": "LU",
    "B": "BE", "BEL": "BE", "BELGIEN": "BE", "NLD": "NL", "NIEDERLANDE": "NL", "HOLLAND": "NL",
    "POL": "PL", "POLEN": "PL", "DNK": "DK", "DÄNEMARK": "DK", "DAENEMARK": "DK", "I": "IT", "ITA": "IT",
    "ITALIEN": "IT", "CZE": "CZ", "TSCHECHIEN": "CZ", "E": "ES", "SPANIEN": "ES", "ESP": "ES",
}  # fmt: skip
_PREFIXED: Final = re.compile(r"(DE|D|AT|A|CH|FL|LI|LU|L|NL|BE|B|FR|F|DK|PL|CZ|IT|I)[- ]+(?=\d)")
_DIGITS: Final = {"DE": 5, "AT": 4, "CH": 4, "LI": 4, "LU": 4, "BE": 4, "DK": 4, "FR": 5, "IT": 5}
_FIRST_GERMAN: Final = "01001"
_TOWN_WITH_CODE: Final = re.compile(r"(?:D-|DE-)?(\d{5})\s+(?=\D)", re.ASCII | re.IGNORECASE)
_POST_BOX: Final = re.compile(
    r"(?:p\.?\s?f\.?|postf\.|post-?fach|postbox|p\.?\s?o\.?\s?box)\s*:?\s*(?=\d)", re.IGNORECASE
)
_CARE: Final = re.compile(r"(?:c\s?/\s?o\b\.?|bei\b)\s*([^,;]+?)\s*[,;]\s*(?=\S)", re.IGNORECASE)
_HOUSE_NUMBER: Final = re.compile(
    r"(.*?\D)[\s,]*(\d+)\s*([a-z](?![a-z]))?(?:\s*[-–/+]\s*(\d+)\s*([a-z])?)?\s*(.*)", re.IGNORECASE
)
_LONGEST_CODE: Final = 12


@lru_cache(maxsize=256)
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


@lru_cache(maxsize=16_384)
def read_postcode(text: str, country: str) -> tuple[str, str]:
    """Read a postcode; a German one gets back the zero a spreadsheet took (``1067`` → ``01067``).

    Returns:
        The postcode, and the rule that changed its meaning.

    Raises:
        Unreadable: ``bad_postcode`` when it has not the digits its country's postcodes have.
    """
    text = clean(text.upper())
    if found := _PREFIXED.match(text):
        text = text[found.end() :]
    if not text:
        return "", ""
    digits = _DIGITS.get(country)
    if digits is None:
        if len(text) > _LONGEST_CODE:
            raise Unreadable("bad_postcode")
        return text, ""
    # A spreadsheet that took the column for numbers may also have left a decimal point.
    bare = text.removesuffix(".0").removesuffix(",0")
    padded = bare.zfill(digits) if len(bare) == digits - 1 and country == "DE" else bare
    if not (padded.isascii() and padded.isdigit() and len(padded) == digits):
        raise Unreadable("bad_postcode")
    if country == "DE" and padded < _FIRST_GERMAN:
        raise Unreadable("bad_postcode")
    return padded, Rule.POSTCODE_ZERO if padded != text else ""


def postcode(text: str, country: str) -> str:
    """Read a postcode without its rule, see ``read_postcode``.

    Raises:
        Unreadable: ``bad_postcode``.
    """
    return read_postcode(text, country)[0]


def country_of_postcode(text: str) -> str:
    """Give the country that a postcode's prefix names (``A-1010``), or nothing."""
    found = _PREFIXED.match(text.strip().upper())
    return _COUNTRIES.get(found[1], found[1]) if found else ""


def split_town(text: str) -> tuple[str, str]:
    """Part a German postcode from the town in whose field it stands (``70173 Stuttgart``)."""
    found = _TOWN_WITH_CODE.match(text)
    return (found[1], text[found.end() :]) if found else ("", text)


def join_street(street: str, house_number: str) -> str:
    """Put the house number behind the street, unless it stands there already."""
    if not house_number or not street:
        return street or house_number
    behind = f" {street} ".casefold().endswith(f" {house_number} ".casefold())
    return street if behind else f"{street} {house_number}"


def split_care_of(street: str) -> tuple[str, str]:
    """Part a person to whom a letter is handed from the street (``c/o Lang, Hauptstr. 1``)."""
    found = _CARE.match(street)
    return (found[1], street[found.end() :]) if found else ("", street)


def post_box(street: str) -> str:
    """Write a post box one way (``PF 1234`` → ``Postfach 1234``); a street stays as it is spelled."""
    found = _POST_BOX.match(street)
    return f"Postfach {street[found.end() :]}" if found else street
