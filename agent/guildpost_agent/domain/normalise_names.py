"""Who a record is about: salutation, title, names, company – out of fields that were used for something else."""

import re
from dataclasses import dataclass, replace
from typing import Final

SALUTATIONS: Final = {
    "herr": "Herr", "hr": "Herr", "hr.": "Herr", "herrn": "Herr", "h": "Herr", "mr": "Herr",
    "frau": "Frau", "fr": "Frau", "fr.": "Frau", "mrs": "Frau", "fräulein": "Frau",
    "firma": "Firma", "fa": "Firma", "fa.": "Firma",
    "eheleute": "Eheleute", "ehel.": "Eheleute", "herr und frau": "Eheleute", "herr u. frau": "Eheleute",
    "familie": "Familie", "fam": "Familie", "fam.": "Familie",
}  # fmt: skip
_LEADING: Final = re.compile(
    r"(herrn?|hr\.?|frau|fr\.|firma|fa\.|eheleute|ehel\.|familie|fam\.?)\s+(?=\S)", re.IGNORECASE
)
_TITLE: Final = re.compile(
    r"((?:prof\.?|professor(?:in)?|dr\.?|dipl\.?-?\s?ing\.?|mag\.|med\.|jur\.|phil\.|rer\.|nat\.)(?=[\s.]|$)[\s.]*)+",
    re.IGNORECASE,
)
# Legal forms of §§ 17 ff. HGB and public bodies that stand in the surname field.
_COMPANY: Final = re.compile(
    r"\b(gmbh|ggmbh|mbh|ag|kg|kgaa|ohg|gbr|ug|se|ltd|inc|e\.\s?k|e\.\s?v|eg|co\.?\s?kg|& co|stadtverwaltung|gemeinde|"
    r"landkreis|landratsamt|feuerwehr|autohaus|fahrschule|pflegedienst|stadtwerke)\b",
    re.IGNORECASE,
)
_ATTENTION: Final = re.compile(r"(z\.?\s?h(?:d|änden|aenden)?\.?|c/o)\s*(?:v\.|von)?\s*", re.IGNORECASE)
_PAIR: Final = re.compile(r"\S+\s*(?:\bund\b|\bu\.|&|\+)\s*\S+", re.IGNORECASE)
_SHORTEST_SHOUT: Final = 3


@dataclass(frozen=True)
class Name:
    """A person or a company with the person to address, if one is known."""

    salutation: str = ""
    title: str = ""
    given_name: str = ""
    family_name: str = ""
    company: str = ""
    is_business: bool = False


def _clean(text: str) -> str:
    return " ".join(text.split())


def _calm(text: str) -> str:
    """Take the shouting out of a personal name; names with small letters keep their own capitals."""
    if len(text) < _SHORTEST_SHOUT or not text.isupper():
        return text
    return re.sub(r"[^\W\d_]+", lambda word: word[0].capitalize(), text)


def _split_salutation(text: str) -> tuple[str, str]:
    found = _LEADING.match(text)
    return (SALUTATIONS[found[1].casefold()], text[found.end() :]) if found else ("", text)


def _split_title(text: str) -> tuple[str, str]:
    found = _TITLE.match(text)
    return (found[0].strip(), text[found.end() :].strip()) if found else ("", text)


def read_name(salutation: str, title: str, given: str, name1: str, name2: str, *, business: bool) -> Name:
    """Sort the name fields of a record.

    Args:
        salutation: as typed; unknown ones are dropped, never guessed.
        title: as typed.
        given: the first-name field; may hold a title, ``FIRMA`` or two persons.
        name1: the surname field; may hold a company, ``Eheleute`` or ``surname, first name``.
        name2: a second line: a contact (``z. Hd.``), a company's second half, or nothing.
        business: the record is marked as a business customer.

    Returns:
        The sorted name; a business customer always has a company.
    """
    given, name1, name2 = _clean(given), _clean(name1), _clean(name2)
    greeting = SALUTATIONS.get(_clean(salutation).casefold(), "")
    if given.casefold() in {"firma", "fa", "fa."}:
        given, greeting = "", "Firma"
    if business or greeting == "Firma" or _COMPANY.search(name1):
        return _company(greeting, _clean(title), given, name1, name2)
    return _person(greeting, _clean(title), given, name1)


def _company(greeting: str, title: str, given: str, name1: str, name2: str) -> Name:
    company = _LEADING.sub("", name1, count=1) if name1.casefold().startswith(("firma ", "fa. ")) else name1
    attention = _ATTENTION.match(name2)
    if attention:
        return replace(_person("", "", "", name2[attention.end() :]), company=company, is_business=True)
    if given and not _COMPANY.search(name1):  # a tradesman: the firm is his own name
        person = _person(greeting if greeting != "Firma" else "", title, given, name1)
        whole = " ".join(part for part in (person.given_name, person.family_name) if part)
        return replace(person, company=f"{whole} {name2}".strip(), is_business=True)
    return Name("Firma", company=f"{company} {name2}".strip(), is_business=True)


def _person(greeting: str, title: str, given: str, name1: str) -> Name:
    told, family = _split_salutation(name1)
    said, given = _split_salutation(given)
    first_title, given = _split_title(given)
    second_title, family = _split_title(family)
    if not given and ", " in family:
        family, given = family.split(", ", 1)
    elif not given and told in {"Herr", "Frau"} and " " in family:
        given, family = family.rsplit(" ", 1)
    if told in {"Eheleute", "Familie"}:
        greeting = told
    elif _PAIR.fullmatch(given):
        greeting = "Eheleute"
    return Name(
        salutation=greeting or told or said,
        title=title or first_title or second_title,
        given_name=_calm(given),
        family_name=_calm(family),
    )
