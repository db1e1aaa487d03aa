"""Make clean rows look as they do in a management system after twenty years of typing.

Each function takes a row as a list of texts (in the order of its file's header) and changes it in place.
"""

# ruff: noqa: PLR2004 — shares and limits of an invented world are said where they act

from collections.abc import Callable
from typing import Final

from guildpost_demo.network.dice import Dice
from guildpost_demo.network.records import Customer

# Positions in kunden.csv that the functions below touch.
SALUTATION, TITLE, GIVEN, NAME1, NAME2, STREET, POSTCODE = 1, 2, 3, 4, 5, 6, 7
EMAIL, BORN, KIND = 13, 14, 20
JUNK_EMAILS: Final = ("unbekannt@unbekannt.de", "keine@keine.de", "x@x.de", "keine@email.de", "nicht@vorhanden.de")
JUNK_DATES: Final = ("00.00.0000", "01.01.1900", "31.12.2099", "00.00.0000")


def double_encode(text: str) -> str:
    """Read a text's UTF-8 bytes as Windows-1252: ``Müller`` becomes ``MÃ¼ller``."""
    try:
        return text.encode("utf-8").decode("cp1252")
    except UnicodeDecodeError:
        return text


def spell_out(text: str) -> str:
    """Write umlauts as two letters."""
    for umlaut, plain in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("Ä", "Ae"), ("Ö", "Oe"), ("Ü", "Ue")):
        text = text.replace(umlaut, plain)
    return text


def _all_caps(_rng: Dice, row: list[str]) -> None:
    for position in (GIVEN, NAME1, STREET):
        row[position] = row[position].replace("ß", "SS").upper()


def _twice_encoded(_rng: Dice, row: list[str]) -> None:
    for position in (GIVEN, NAME1, STREET):
        row[position] = double_encode(row[position])


def _spelled_out(_rng: Dice, row: list[str]) -> None:
    row[NAME1], row[STREET] = spell_out(row[NAME1]), spell_out(row[STREET])


def _short_street(rng: Dice, row: list[str]) -> None:
    short = rng.choice(("str.", "strasse", "Str.", " Str."))
    row[STREET] = row[STREET].replace("straße", short)


def _title_in_given_name(_rng: Dice, row: list[str]) -> None:
    if row[GIVEN]:
        row[GIVEN], row[TITLE] = f"{row[TITLE]} {row[GIVEN]}".strip(), ""


def _care_of(_rng: Dice, row: list[str]) -> None:
    row[NAME2] = row[NAME2] or "c/o Pflegeheim Sonnenhof"


def _no_street(_rng: Dice, row: list[str]) -> None:
    row[STREET] = ""


def _padded(_rng: Dice, row: list[str]) -> None:
    row[NAME1] += " "
    row[STREET] = f" {row[STREET]}"


def _no_salutation(_rng: Dice, row: list[str]) -> None:
    row[SALUTATION] = ""


def _company_as_person(_rng: Dice, row: list[str]) -> None:
    if row[KIND] == "G":
        row[SALUTATION], row[KIND] = "", "P"


def _two_addresses(_rng: Dice, row: list[str]) -> None:
    if row[EMAIL]:
        row[EMAIL] = f"{row[EMAIL]}; buero-{row[EMAIL]}"


def _junk_birthday(rng: Dice, row: list[str]) -> None:
    row[BORN] = rng.choice(JUNK_DATES)


CUSTOMER_DIRT: Final[tuple[tuple[float, Callable[[Dice, list[str]], None]], ...]] = (
    (0.03, _all_caps),
    (0.006, _twice_encoded),
    (0.05, _spelled_out),
    (0.22, _short_street),
    (0.25, _title_in_given_name),
    (0.004, _care_of),
    (0.006, _no_street),
    (0.015, _padded),
    (0.03, _no_salutation),
    (0.12, _company_as_person),
    (0.01, _two_addresses),
    (0.03, _junk_birthday),
)


def soil_customer(rng: Dice, row: list[str], customer: Customer, own_domain: str) -> None:
    """Apply the dirt of a customer row; pristine customers (canaries) stay as they are."""
    if customer.pristine:
        return
    for share, change in CUSTOMER_DIRT:
        if rng.random() < share:
            change(rng, row)
    if not row[EMAIL] and rng.happens(0.05):
        row[EMAIL] = f"kunde@{own_domain}" if rng.happens(0.2) else rng.choice(JUNK_EMAILS)
    if row[POSTCODE].startswith("0") and rng.happens(0.25):
        row[POSTCODE] = row[POSTCODE][1:]


def soil_plate(rng: Dice, plate: str) -> str:
    """Write a plate the way one of many clerks does."""
    roll = rng.random()
    if roll < 0.70:
        return plate
    if roll < 0.80:
        return plate.replace("-", " ")
    if roll < 0.90:
        return plate.replace(" ", "")
    return plate.lower() if roll < 0.93 else plate


def break_row(rng: Dice, line: str) -> str:
    """Cut a line short, as a failing export does: the importer has to put it aside."""
    return line[: rng.randrange(8, max(9, len(line) // 2))].rstrip(";")
