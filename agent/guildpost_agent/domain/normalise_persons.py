"""One or two persons out of a first-name and a surname field."""

from dataclasses import dataclass, replace
from typing import Final

from guildpost_agent.domain import normalise_name_words as words
from guildpost_agent.domain.normalise_rules import Rule
from guildpost_agent.domain.normalise_text import PARTICLES, calm

_Notes = tuple[tuple[str, str, str], ...]
_BEFORE_FAMILY: Final = PARTICLES - {"und"}


@dataclass(frozen=True)
class Person:
    """A person as a record names them; ``notes`` are (field, rule, cell)."""

    salutation: str = ""
    title: str = ""
    given_name: str = ""
    family_name: str = ""
    notes: _Notes = ()


def split_full(text: str) -> tuple[str, str]:
    """Part a whole name into given and family name; a particle begins the family name."""
    parts = text.split(" ")
    start = next((i for i, part in enumerate(parts[1:], 1) if part.casefold() in _BEFORE_FAMILY), len(parts) - 1)
    return (" ".join(parts[:start]), " ".join(parts[start:])) if start else ("", text)


def read_person(title: str, given: str, family: str, cell: str, *, greeting: str = "", full: bool = False) -> Person:
    """Read one person.

    Args:
        title: from the title field.
        given: the first-name field.
        family: the surname field.
        cell: where ``family`` was found.
        greeting: from the salutation field; it counts before words in the name fields.
        full: the fields together are a whole name in natural order (``Frau Petra Lang``).
    """
    if full:
        given, family = "", f"{given} {family}".strip()
    notes: list[tuple[str, str, str]] = []
    told, family = words.split_salutation(family)
    said, given = words.split_salutation(given)
    if (told or said) and not greeting:
        notes.append(("salutation", Rule.SALUTATION_MOVED, cell if told else "given_name"))
    given_title, given = words.split_title(given)
    family_title, family = words.split_title(family)
    if given_title or family_title:
        notes.append(("title", Rule.TITLE_MOVED, "given_name" if given_title else cell))
    if not given and "," in family:
        family, _, given = (part.strip() for part in family.partition(","))
        turned_title, given = words.split_title(given)
        family_title = family_title or turned_title
        notes.append(("given_name", Rule.NAMES_TURNED, cell))
    elif not given and " " in family and (full or told in words.PERSONAL):
        given, family = split_full(family)
        notes.append(("given_name", Rule.NAMES_TURNED, cell))
    calm_given, calm_family = calm(given, name=True), calm(family, name=True)
    if calm_given != given:
        notes.append(("given_name", Rule.ALL_CAPS, "given_name"))
    if calm_family != family:
        notes.append(("family_name", Rule.ALL_CAPS, cell))
    if told in words.COUPLE:
        greeting = told
    if not calm_family:  # a name is better in the field that letters need
        calm_given, calm_family = "", calm_given
    salutation, title = greeting or told or said, title or given_title or family_title
    return Person(salutation, title, calm_given, calm_family, tuple(notes))


def persons_of(greeting: str, title: str, given: str, family: str) -> tuple[Person, Person | None]:
    """Read the one or two persons of a record.

    Args:
        greeting: from the salutation field.
        title: from the title field; it is the first person's.
        given: the first-name field, perhaps of two (``Hans und Petra``).
        family: the surname field, perhaps of two (``Müller / Schmidt``, ``Herr Hans u. Frau Petra Müller``).
    """
    if not given and "," in family:
        family, _, given = (part.strip() for part in family.partition(","))
        if words.split_pair(given) is None:
            return read_person(title, "", f"{family}, {given}", "name1", greeting=greeting), None
    couple = greeting
    lead, bare = words.split_salutation(family)
    if lead in words.COUPLE:
        couple, family = lead, bare
    families, givens = words.split_pair(family), words.split_pair(given)
    if families is None and givens is None:
        return read_person(title, given, family, "name1", greeting=couple), None
    if families is None:
        left, right = givens or ("", "")
        first = _one(title, left, family)
        second = _one("", right, words.split_title(words.split_salutation(family)[1])[1])
        return _couple(first, second, couple, "given_name")
    if givens is not None:
        return _couple(_one(title, givens[0], families[0]), _one("", givens[1], families[1]), couple, "name1")
    return _two_families(title, given, families, couple, family)


def _two_families(
    title: str, given: str, families: tuple[str, str], couple: str, family: str
) -> tuple[Person, Person | None]:
    left, right = families
    second = read_person("", "", right, "name1", full=True)
    if given:
        return _couple(_one(title, given, left), second, couple, "name1")
    first = read_person(title, "", left, "name1", full=True)
    several = bool(first.given_name or second.given_name)
    if not first.given_name and second.given_name:  # "Hans u. Petra Müller": one surname for both
        first = replace(first, given_name=first.family_name, family_name=second.family_name)
    if several or couple in words.COUPLE or "/" in family:
        return _couple(first, second, couple, "name1")
    # "Müller und Schmidt" may be anything, also a firm.
    return read_person(title, "", family, "name1", greeting=couple), None


def _one(title: str, given: str, family: str) -> Person:
    """Read one of two persons; the record's salutation is given out afterwards."""
    return read_person(title, given, family, "name1")


def _couple(first: Person, second: Person, couple: str, cell: str) -> tuple[Person, Person]:
    """Give both persons; a salutation of the record belongs to neither alone, unless each has one of their own."""
    shared = "Eheleute" if couple in words.PERSONAL and first.family_name == second.family_name else ""
    if couple in words.COUPLE:
        shared = couple
    greeting = first.salutation if first.salutation in words.PERSONAL else shared
    notes = (*first.notes, ("second_given_name", Rule.TWO_PERSONS, cell))
    return replace(first, salutation=greeting, notes=notes), replace(
        second, salutation=second.salutation if second.salutation in words.PERSONAL else "", notes=()
    )
