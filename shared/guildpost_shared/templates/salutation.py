"""How people are addressed: the opening line and the address lines, as a pure rule.

    woman / man             Sehr geehrte Frau X, / Sehr geehrter Herr X,
    Dr.                     Sehr geehrter Herr Dr. X,           (a suffix such as "phil." only on the envelope)
    professor               Sehr geehrte Frau Professorin X,    (written out)
    diploma, job title      on the envelope only
    company, no contact     Sehr geehrte Damen und Herren,      ("Firma" above a name that does not show it)
    diverse, unknown        Guten Tag Vorname Nachname,         (gender is never guessed from a first name)
    two persons             Sehr geehrte Frau A, sehr geehrter Herr B,
    a couple or a family    Sehr geehrte Eheleute X, / Sehr geehrte Familie X,   (as the record says it)

That is the factual and the premium tone. The warm one says "Guten Tag Frau X,", the regional one "Grüß Gott Frau X,"
where the south greets so and "Guten Tag Frau X," elsewhere. "Du" ("Hallo Änne,") is for persons whose given name is
known; everybody else stays with "Sie".

After the comma the letter goes on in lower case. Address lines follow DIN 5008 (company, person, street, postcode
and town; abroad: town and country in capitals).
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from guildpost_shared.catalog import Catalog, load
from guildpost_shared.errors import Language, Refused

_SAYS_ITSELF: Final = ("bei ", "z. hd.", "z.hd.", "c/o ")
MAX_ADDRESS_LINES: Final = 6  # DIN 5008 form B: address zone
_PACKAGE: Final = "guildpost_shared.templates"
_PROFESSOR: Final = re.compile(r"\bprof(?:\.|essor(?:in)?\b)", re.IGNORECASE)
_DOCTOR: Final = re.compile(r"\bdr\b\.?|\bdoktor(?:in)?\b", re.IGNORECASE)
_SHOWS_COMPANY: Final = re.compile(
    r"\b(?:gmbh|ag|kg|kgaa|ohg|ug|gbr|mbh|se|e\.?\s?k(?:fr|fm)?\.?|e\.?\s?v\.?|eg|partg\w*|ltd|inc|firma|verein"
    r"|stadt|gemeinde|landkreis|stiftung|amt|schule|universität|autohaus|praxis|kanzlei|bäckerei|hotel|verlag)\b"
    r"|co\.|betrieb|handel|bau\b|technik|service",
    re.IGNORECASE,
)


class Gender(StrEnum):
    """The form of address on record; ``UNKNOWN`` also stands for diverse and for contradicting records."""

    WOMAN = "woman"
    MAN = "man"
    UNKNOWN = "unknown"


class Tone(StrEnum):
    """How a message greets and closes, each in the form of "Sie"."""

    FACTUAL = "factual"
    WARM = "warm"
    PREMIUM = "premium"
    REGIONAL = "regional"


@dataclass(frozen=True)
class Style:
    """The tone, whether "Du" is said, and whether the south greets here ("Grüß Gott")."""

    tone: Tone = Tone.FACTUAL
    informal: bool = False
    south: bool = False


class Household(StrEnum):
    """A record that stands for a couple or a family, and says so."""

    COUPLE = "couple"
    FAMILY = "family"


@dataclass(frozen=True)
class Person:
    """A natural person; ``title`` as on record ("Prof. Dr. med.", "Dipl.-Ing."), names without titles."""

    given_name: str
    family_name: str
    gender: Gender = Gender.UNKNOWN
    title: str = ""


@dataclass(frozen=True)
class Recipient:
    """Who gets a message and where: up to two persons, a household, a company, or a company with a contact."""

    persons: tuple[Person, ...] = ()
    company: str = ""
    street: str = ""
    postcode: str = ""
    town: str = ""
    country: str = "DE"
    care_of: str = ""
    household: Household | None = None


_FACTUAL: Final = Style()


def salutation(recipient: Recipient, language: Language = "de", style: Style = _FACTUAL) -> str:
    """Give the opening line of a mail or letter, with its comma."""
    texts, greet = load(_PACKAGE, language), _greeting_of(style)
    surname = _shared_surname(recipient)
    if style.informal and may_be_informal(recipient):
        greetings = [texts.text("salutation.informal", name=one.given_name.strip()) for one in _named(recipient)]
    elif surname:
        greetings = [_worded(str(recipient.household), surname, greet, texts)]
    else:
        greetings = [_greeting(person, greet, texts) for person in _named(recipient)]
    if not greetings:
        return texts.text(f"salutation.nobody{greet}") + ","
    first, *rest = greetings
    return ", ".join([first, *(greeting[0].lower() + greeting[1:] for greeting in rest)]) + ","


def may_be_informal(recipient: Recipient) -> bool:
    """Say whether somebody can be called by the given name: natural persons, all of whose given names are known."""
    persons = _named(recipient)
    return bool(persons) and not recipient.company.strip() and all(one.given_name.strip() for one in persons)


def _named(recipient: Recipient) -> list[Person]:
    return [person for person in recipient.persons[:2] if person.family_name.strip()]


def _greeting_of(style: Style) -> str:
    """Name the greeting of a tone; empty for the one of a letter ("Sehr geehrte …")."""
    if style.tone is Tone.REGIONAL and style.south:
        return ".south"
    return ".warm" if style.tone in {Tone.WARM, Tone.REGIONAL} else ""


def _shared_surname(recipient: Recipient) -> str:
    """Give the one surname of a couple or a family; empty for everybody else."""
    names = {person.family_name.strip() for person in recipient.persons[:2]} - {""}
    return names.pop() if recipient.household and not recipient.company and len(names) == 1 else ""


def _greeting(person: Person, greet: str, texts: Catalog) -> str:
    if person.gender is Gender.UNKNOWN:
        return _worded("unknown", _joined(person.given_name, person.family_name), greet, texts)
    kind = str(person.gender)
    if _PROFESSOR.search(person.title):
        kind += ".professor"
    elif _DOCTOR.search(person.title):
        kind += ".doctor"
    return _worded(kind, person.family_name.strip(), greet, texts)


def _worded(kind: str, name: str, greet: str, texts: Catalog) -> str:
    if not greet:
        return texts.text(f"salutation.{kind}", name=name)
    return texts.text(f"salutation.greeting{greet}", whom=texts.text(f"called.{kind}", name=name))


def address_lines(recipient: Recipient, language: Language = "de") -> tuple[str, ...]:
    """Give the lines of the address zone (DIN 5008: top down, no blank lines).

    Raises:
        Refused: ``letter_address_too_long`` beyond six lines.
    """
    texts = load(_PACKAGE, language)
    company = recipient.company.strip()
    lines = [texts.text("address.company")] if company and not _SHOWS_COMPANY.search(company) else []
    lines += [company, *_person_lines(recipient, texts)]
    lines += [_care_of(recipient.care_of.strip(), texts)]
    abroad = recipient.country.strip().upper() not in {"", "DE", "D"}
    town = recipient.town.strip()
    lines += [recipient.street.strip(), _joined(recipient.postcode, town.upper() if abroad else town)]
    lines += [_country(recipient.country, language)] if abroad else []
    kept = tuple(line for line in lines if line)
    if len(kept) > MAX_ADDRESS_LINES:
        raise Refused("letter_address_too_long", lines=len(kept))
    return kept


def _person_lines(recipient: Recipient, texts: Catalog) -> list[str]:
    surname = _shared_surname(recipient)
    if not surname:
        return [_person_line(person, texts) for person in recipient.persons[:2]]
    given = [person.given_name.strip() for person in recipient.persons[:2] if person.given_name.strip()]
    name = _joined(texts.text("address.and").join(given), surname)
    return [texts.text(f"address.{recipient.household}", name=name)]


def _person_line(person: Person, texts: Catalog) -> str:
    name = _joined(person.title, person.given_name, person.family_name)
    if person.gender is Gender.UNKNOWN:
        return name
    return texts.text(f"address.{person.gender}", name=name)


def _care_of(line: str, texts: Catalog) -> str:
    """Write a line that says its own "bei" or "z. Hd." as it is, a bare name with the language's word."""
    if not line or line.casefold().startswith(_SAYS_ITSELF):
        return line
    return texts.text("address.care_of", name=line)


def _country(code: str, language: Language) -> str:
    from babel import Locale  # noqa: PLC0415 — country names load a table; letters abroad are rare

    return str(Locale(language).territories.get(code.strip().upper(), code.strip())).upper()


def _joined(*parts: str) -> str:
    return " ".join(part.strip() for part in parts if part.strip())
