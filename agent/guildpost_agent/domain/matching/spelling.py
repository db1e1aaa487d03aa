"""Spellings brought to one form before they are compared: letters, titles, legal forms, streets, numbers, dates."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_FOLDED: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "å": "aa", "ł": "l"})
_NOT_WORD: Final = re.compile(r"[^a-z0-9]+")
_APOSTROPHES: Final = re.compile(r"(?<=\w)['’`´](?=\w)")
_TITLES: Final = frozenset([
    "dr", "prof", "professor", "dipl", "ing", "med", "dent", "vet", "jur", "phil", "rer", "nat", "mag", "msc",
    "bsc", "ma", "ba", "mba", "habil", "herr", "herrn", "frau", "hr", "fr", "fam", "familie", "eheleute", "mr",
    "mrs", "ms", "miss", "sir", "lady", "lord", "rev", "jun", "jr", "sen", "sr",
])  # fmt: skip
_PARTICLES: Final = frozenset([
    "von", "van", "vom", "zu", "zum", "zur", "de", "der", "den", "del", "di", "da", "dos", "du", "la", "le", "und"
])  # fmt: skip
# Legal forms of §§ 17 ff. HGB, § 4 GmbHG, § 4 AktG, § 57 BGB and their neighbours.
_LEGAL: Final = re.compile(
    r"\b(?:ggmbh|gmbh|mbh|gesellschaft mit beschraenkter haftung|kgaa|ag|kg|ohg|gbr|ug(?: haftungsbeschraenkt)?|se|eg|"
    r"e k|e kfm|e kfr|ek|e v|ev|eingetragener kaufmann|eingetragene kauffrau|partg(?: mbb)?|ltd|limited|inc|llc|plc|bv|"
    r"sarl|co|cie|und co|inh|inhaber)\b"
)
# Only forms no surname looks like make a name field a company.
_FIRM: Final = re.compile(
    r"\b(?:g?gmbh|mbh|kgaa|ohg|gbr|partg|e\.\s?k\.?|e\.\s?v\.?|e\.\s?kfm\.?|ltd|llc|inc|ag|kg|ug|&\s?co)(?=\W|$)",
    re.IGNORECASE,
)
_FIRM_WORDS: Final = frozenset(["fa", "firma", "company"])
_STREET: Final = re.compile(r"(?<=[a-z])(?:strasse|str)\b|\b(?:strasse|str|street)\b")
_PLACES: Final = {"st": "sankt", "saint": "sankt", "pl": "platz", "rd": "road", "ave": "avenue", "pde": "parade",
                  "cct": "circuit", "cres": "crescent", "ln": "lane", "dr": "drive", "crt": "court", "ct": "court",
                  "frhr": "freiherr", "bgm": "buergermeister"}  # fmt: skip
_STREET_END: Final = frozenset({"st"})
_HOUSE: Final = re.compile(r"^(.*?[^\W\d].*?)[ ,]+(\d+ ?[a-z]?(?: ?[-/] ?\d+ ?[a-z]?)?)\.?$", re.IGNORECASE)
_LEADING_HOUSE: Final = re.compile(r"^(\d+ ?[a-z]?)[ ,]+([^\W\d].*)$", re.IGNORECASE)
_EMAIL_NOISE: Final = re.compile(r"\s+|mailto:", re.IGNORECASE)
_NO_DATES: Final = frozenset({"00000000", "19000101", "99991231", "20991231", "11111111"})
_NOTHING: Final = frozenset([
    "unbekannt", "unknown", "none", "null", "nan", "na", "keine", "kein", "nichts", "leer", "test"
])  # fmt: skip
_SHORTEST_PHONE: Final = 5


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Write a text in small ASCII letters, German umlauts as two (DIN 5007-2), everything else as single spaces."""
    small = text.casefold()
    if not small.isascii():
        small = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", small).translate(_FOLDED))
        small = "".join(letter for letter in small if not unicodedata.combining(letter))
    return _NOT_WORD.sub(" ", _APOSTROPHES.sub("", small)).strip()


def name(text: str) -> str:
    """Fold a personal name without titles and particles; a word like ``unbekannt`` is nothing."""
    tokens = fold(text).split()
    kept = [token for token in tokens if token not in _TITLES] or tokens
    core = [token for token in kept if token not in _PARTICLES] or kept
    return "" if len(core) == 1 and core[0] in _NOTHING else " ".join(core)


def full_name(text: str) -> tuple[str, str]:
    """Split a whole name into given name and surname: ``surname, given`` or the last word as the surname."""
    head, comma, tail = text.partition(",")
    if comma and name(tail) and name(head):
        return name(tail), name(head)
    tokens = name(text).split()
    return " ".join(tokens[:-1]), tokens[-1] if tokens else ""


def is_company(text: str) -> bool:
    """Say whether a name carries a legal form or the word Firma."""
    return _FIRM.search(text) is not None or not _FIRM_WORDS.isdisjoint(fold(text).split()[:1])


def company(text: str) -> str:
    """Fold a firm's name without its legal form."""
    folded = fold(text.replace("&", " und "))
    core = " ".join(w for w in _LEGAL.sub(" ", folded).split() if w not in _FIRM_WORDS and w != "und")
    return core or folded


def street(text: str) -> str:
    """Fold a street: every form of Straße as ``str``, abbreviations written out."""
    tokens = _STREET.sub("str", fold(text)).split()
    last = len(tokens) - 1
    words = [
        "str" if at == last and at > 0 and token in _STREET_END else _PLACES.get(token, token)
        for at, token in enumerate(tokens)
    ]
    return "".join(" ".join(words).replace(" str", "str"))


def split_house(text: str) -> tuple[str, str]:
    """Take the house number off a street: ``Hauptstr. 12 a`` is ``Hauptstr.`` and ``12 a``."""
    text = text.strip()
    if found := _HOUSE.match(text):
        return found[1], found[2]
    if found := _LEADING_HOUSE.match(text):
        return found[2], found[1]
    return text, ""


def house(text: str) -> str:
    """Fold a house number: ``12 A`` is ``12a``, leading zeros are lost."""
    return fold(text).replace(" ", "").lstrip("0")


def town(text: str) -> str:
    """Fold a town: ``St.`` is Sankt, ``a. d.`` and what follows a slash is kept as words."""
    return " ".join(_PLACES.get(token, token) for token in fold(text).split())


def postcode(text: str) -> str:
    """Fold a postcode without spaces and country letter (``D-80331``)."""
    folded = fold(text).replace(" ", "")
    bare = folded[1:] if folded[:1] in {"d", "a"} and folded[1:].isdigit() else folded
    return "" if not bare.strip("0") else bare


def phone(text: str) -> str:
    """Give a number's national digits: ``+49 (0)171 123``, ``0049171123`` and ``0171/123`` are the same."""
    text = text.replace("(0)", "")
    digits = re.sub(r"\D", "", text)
    if text.lstrip().startswith("+") or digits.startswith("00"):
        digits = digits.lstrip("0")
        digits = (
            digits[2:] if len(digits) > _SHORTEST_PHONE and digits[:2] in {"49", "43", "41", "44", "61"} else digits
        )
    digits = digits.lstrip("0")
    return digits if len(digits) >= _SHORTEST_PHONE and len(set(digits)) > 1 else ""


def email(text: str) -> str:
    """Fold an address; excuses without an at sign are kept to be compared as text."""
    small = _EMAIL_NOISE.sub("", text).casefold()
    local = small.partition("@")[0]
    return "" if local in _NOTHING or len(small) < _SHORTEST_PHONE else small


def birth_date(text: str) -> str:
    """Read a date as ``yyyymmdd``; a year alone as ``yyyy0000``; what cannot be read as nothing.

    A day that does not exist is kept: a typing error still resembles the right date.
    """
    parts = re.findall(r"\d+", text)
    if len(parts) >= 3:  # noqa: PLR2004 — day, month, year
        first, second, third = parts[:3]
        if len(first) == 4:  # noqa: PLR2004 — a year of four digits leads
            read = first + second.zfill(2) + third[:2].zfill(2)
        else:
            year = third if len(third) == 4 else ("19" if third > "30" else "20") + third.zfill(2)  # noqa: PLR2004
            read = year + second.zfill(2) + first.zfill(2)
    else:
        read = "".join(parts)
        if len(read) == 8 and not "1700" < read[:4] < "2100" and "1700" < read[4:] < "2100":  # noqa: PLR2004
            read = read[4:] + read[2:4] + read[:2]
        elif len(read) == 4 and len(text.strip()) == 4:  # noqa: PLR2004 — the year alone
            read += "0000"
    return read if len(read) == 8 and read not in _NO_DATES else ""  # noqa: PLR2004 — yyyymmdd


_COLOGNE: Final = {**dict.fromkeys("aeijouy", "0"), **dict.fromkeys("bp", "1"), **dict.fromkeys("dt", "2"),
                   **dict.fromkeys("fvw", "3"), **dict.fromkeys("gkqc", "4"), "l": "5", **dict.fromkeys("mn", "6"),
                   "r": "7", **dict.fromkeys("sz", "8"), "x": "8", "h": ""}  # fmt: skip


@lru_cache(maxsize=65_536)
def sound(word: str) -> str:
    """Code how a word sounds, after the Kölner Phonetik (Postel 1969), simplified: vowels only at the start."""
    word = word.replace("ph", "f").replace("sch", "s").replace("ck", "k").replace("tz", "z").replace("ch", "k")
    out = ""
    for at, letter in enumerate(word):
        code = _COLOGNE.get(letter, letter)
        if code and (code != "0" or at == 0) and (not out or out[-1] != code):
            out += code
    return out
