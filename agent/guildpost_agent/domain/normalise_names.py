"""Who a record is about: salutation, title, names, company – out of fields that were used for something else.

1. marks            "verstorben", "keine Werbung", a cash customer's name: noted and taken away
2. salutation       known ones by table, with a title behind them; unknown ones are dropped, never guessed
3. further lines    z. Hd. → a company's contact; c/o, bei → a line of the address; a second half of the name
4. company or not   by the record's kind, the salutation, a legal form, a trade's word without a person
5. persons          two in one record become two; titles and salutations leave the name fields; shouting is calmed
"""

import re
from collections.abc import Iterable
from dataclasses import field, replace
from functools import lru_cache
from typing import Final

from guildpost_agent.domain import normalise_name_words as words
from guildpost_agent.domain.frozen import frozen
from guildpost_agent.domain.normalise_persons import Person, persons_of, read_person
from guildpost_agent.domain.normalise_rules import Rule
from guildpost_agent.domain.normalise_text import clean, repair

_PLAIN: Final = re.compile(r"[A-ZÄÖÜ][a-zäöüß]{2,}(?:[- ][A-ZÄÖÜ][a-zäöüß]{2,})?")
_UNPLAIN: Final = frozenset(
    [
        "firma",
        "fam",
        "familie",
        "eheleute",
        "ehepaar",
        "herr",
        "herrn",
        "frau",
        "nachlass",
        "erbengemeinschaft",
        "verstorben",
        "prof",
        "professor",
        "professorin",
        "bei",
        "und",
        "von",
        "vom",
        "van",
        "der",
        "den",
        "zur",
        "zum",
        "dipl",
    ]
)


# A company's name with one of these may hold more than its name.
_UNSETTLED: Final = re.compile(
    r"h\.?\s?d|c\s?/\s?o|händen|haenden|^(?:firma|fa\.)\s|verst|nachlass|erben|keine|nicht|[Ã\s]$|^\s", re.IGNORECASE
)
_MARKS: Final = ("care_of", "deceased", "is_dummy", "advertising_block")
_MOST_ROUNDS: Final = 5


@frozen
class Note:
    """A rule at work: on which field of the record, and in which cell it found its text."""

    field: str
    rule: str
    cell: str


@frozen
class Name:
    """One or two persons, or a company with the person to address, if one is known.

    Attributes:
        care_of: a whole line of the address: "bei …", or "z. Hd. …" for a department.
        notes: the rules that worked on the fields.
    """

    salutation: str = ""
    title: str = ""
    given_name: str = ""
    family_name: str = ""
    company: str = ""
    is_business: bool = False
    second_salutation: str = ""
    second_title: str = ""
    second_given_name: str = ""
    second_family_name: str = ""
    care_of: str = ""
    deceased: bool = False
    is_dummy: bool = False
    advertising_block: bool = False
    notes: tuple[Note, ...] = field(default=(), compare=False)


@lru_cache(maxsize=16_384)
def is_plain(text: str) -> bool:
    """Say whether a name is so ordinary that no rule can apply to it."""
    return (
        _PLAIN.fullmatch(text) is not None
        and _UNPLAIN.isdisjoint(re.split("[- ]", text.casefold()))
        and not words.LEGAL_FORM.search(text)
        and not words.TRADE.search(text)
        and not words.DUMMY.fullmatch(text)
    )


def read_name(  # noqa: PLR0917 — the fields of a record, in the order of its columns
    salutation: str, title: str, given: str, name1: str, name2: str = "", name3: str = "", *, business: bool
) -> Name:
    """Sort the name fields of a record.

    Args:
        salutation: as typed; unknown ones are dropped, never guessed.
        title: as typed.
        given: the first-name field; may hold a title, ``FIRMA`` or two persons.
        name1: the surname field; may hold a company, ``Eheleute``, two persons or ``surname, first name``.
        name2: a second line: a contact (``z. Hd.``), ``c/o``, a company's second half, a first name, or nothing.
        name3: a third line, likewise.
        business: the record is marked as a business customer.

    Returns:
        The sorted name; a business customer always has a company.
    """
    if not (name2 or name3 or title or business) and is_plain(given) and is_plain(name1):
        greeting = words.SALUTATIONS.get(salutation.casefold())
        if greeting in words.PERSONAL:
            return Name(greeting, "", given, name1)
    name = _Sorting(salutation, title, given, name1, (name2, name3)).sort(business=business)
    plain = is_plain(name.family_name) and (not name.given_name or is_plain(name.given_name))
    return name if name.second_family_name or plain else _settled(name)


def _settled(name: Name) -> Name:
    """Sort what came out until nothing moves any more, so that a sorted name stays as it is."""
    for _ in range(_MOST_ROUNDS):
        if name.second_family_name or (name.company and (name.family_name or not _UNSETTLED.search(name.company))):
            break
        last = name.company or name.family_name
        again = _Sorting(name.salutation, name.title, name.given_name, last, ()).sort(business=name.is_business)
        if _shown(again) == _shown(name):
            break
        marks = {mark: getattr(name, mark) or getattr(again, mark) for mark in _MARKS}
        name = replace(again, **marks, notes=name.notes + again.notes)
    return name


def _shown(name: Name) -> tuple[str, ...]:
    return name.salutation, name.title, name.given_name, name.family_name, name.company


class _Sorting:
    """One record's name fields while they are sorted."""

    def __init__(self, salutation: str, title: str, given: str, name1: str, lines: Iterable[str]) -> None:
        self.notes: list[Note] = []
        self.care_of = ""
        self.contact = ""
        self.lines: list[tuple[str, str]] = []
        self.marks: set[str] = set()
        self.greeting, self.title = self._greeting(self._text(salutation, "salutation", "salutation"))
        self.title = words.title_text(self._text(title, "title", "title")) or self.title
        self.given = self._marked(self._text(given, "given_name", "given_name"), "given_name")
        self.name1 = self._marked(self._text(name1, "family_name", "name1"), "name1")
        for number, line in enumerate(lines, start=2):
            if line:
                self._line(self._marked(self._text(line, "family_name", f"name{number}"), f"name{number}"), number)

    def _note(self, name: str, rule: str, cell: str) -> None:
        self.notes.append(Note(name, rule, cell))

    def _text(self, text: str, name: str, cell: str) -> str:
        repaired = repair(text)
        if repaired != text:
            self._note(name, Rule.DOUBLE_ENCODED, cell)
        return clean(repaired)

    def _marked(self, text: str, cell: str) -> str:
        """Take marks that are no name out of a field."""
        for name, rule, pattern in (
            ("deceased", Rule.DECEASED_MARK, words.DECEASED),
            ("advertising_block", Rule.BLOCK_MARK, words.BLOCKED),
        ):
            if pattern.search(text):
                self.marks.add(name)
                self._note(name, rule, cell)
                text = clean(pattern.sub(" ", text)).strip(" ,;-") or text
        if words.DUMMY.fullmatch(text) and cell == "name1":
            self.marks.add("is_dummy")
            self._note("is_dummy", Rule.DUMMY_NAME, cell)
        return text

    def _greeting(self, text: str) -> tuple[str, str]:
        folded = text.casefold()
        if found := words.SALUTATIONS.get(folded):
            return found, ""
        if folded in words.NO_SALUTATION:
            return "", ""
        said, rest = words.split_salutation(text)
        title, nothing = words.split_title(rest)
        if said and title and not nothing:
            self._note("title", Rule.TITLE_MOVED, "salutation")
            return said, title
        title, nothing = words.split_title(text)
        if title and not nothing:
            self._note("title", Rule.TITLE_MOVED, "salutation")
            return "", title
        self._note("salutation", Rule.SALUTATION_UNKNOWN, "salutation")
        return "", ""

    def _line(self, text: str, number: int) -> None:
        """Sort a further line: a contact, an address line, or something that needs the rest to be judged."""
        cell = f"name{number}"
        if found := words.ATTENTION.match(text):
            self._attention(text[found.end() :], cell)
        elif found := words.CARE_OF.match(text):
            self._care(text[found.end() :], cell)
        elif words.AT_SOMEBODY.match(text):
            self._care(text[4:], cell)
        elif text:
            self.lines.append((text, cell))

    def _attention(self, who: str, cell: str) -> None:
        who = who.strip(" ,)")
        if words.DEPARTMENT.search(who) and not self.care_of:
            self.care_of = f"z. Hd. {who}"
            self._note("care_of", Rule.CARE_OF, cell)
        elif who and not self.contact:
            self.contact = who
            self._note("family_name", Rule.CONTACT_PERSON, cell)

    def _care(self, who: str, cell: str) -> None:
        who = who.strip(" ,)")
        if who and not self.care_of:
            self.care_of = f"bei {who}"
            self._note("care_of", Rule.CARE_OF, cell)

    def _take_out(self) -> None:
        """Take a contact or an address line out of the surname field."""
        for pattern, take in ((words.ATTENTION, self._attention), (words.CARE_OF, self._care)):
            found = pattern.search(self.name1)
            if found and found.start() > 0 and found.end() < len(self.name1):
                take(self.name1[found.end() :], "name1")
                self.name1 = self.name1[: found.start()].strip(" ,;")

    def sort(self, *, business: bool) -> Name:
        """Decide between company and person, and read either."""
        if self.given.casefold() in words.FIRM_WORDS:
            self.given, self.greeting = "", "Firma"
            self._note("salutation", Rule.FIRM_WORD, "given_name")
        if not self.name1:
            self.name1, self.given = self.given, ""
        self._take_out()
        if business or self.greeting == "Firma" or self._shows_company():
            return self._company(business=business)
        return self._person()

    def _shows_company(self) -> bool:
        firm = words.LEGAL_FORM.search(self.name1) is not None
        named = bool(self.given) or self.greeting in words.PERSONAL or self.greeting in words.COUPLE
        firm = firm or words.split_salutation(self.name1)[0] == "Firma"
        return firm or (not named and words.TRADE.search(self.name1) is not None)

    def _company(self, *, business: bool) -> Name:
        said, company = words.split_salutation(self.name1) if self._leads_with_firm() else ("", self.name1)
        if not business and self.greeting != "Firma":
            self._note("company", Rule.COMPANY_IN_NAME, "name1")
        firm = words.LEGAL_FORM.search(company) or words.TRADE.search(company)
        rest = " ".join(text for text, _ in self.lines)
        if self.contact:
            person = self._read(read_person("", "", self.contact, "name2", full=True))
            return self._name(person, f"{company} {rest}".strip())
        if self.given and not firm and not said:  # a tradesman: the firm is his own name
            greeting = self.greeting if self.greeting != "Firma" else ""
            person = self._read(read_person(self.title, self.given, self.name1, "name1", greeting=greeting))
            whole = " ".join(part for part in (person.given_name, person.family_name) if part)
            return self._name(person, f"{whole} {rest}".strip())
        if self.given and self.greeting in words.PERSONAL:  # the firm's name and the person who came
            person = self._read(
                read_person(self.title, self.given, "", "given_name", greeting=self.greeting, full=True)
            )
            return self._name(person, f"{company} {rest}".strip())
        parts = (company, self.given, rest) if words.LEGAL_FORM.search(self.given) else (self.given, company, rest)
        company = " ".join(part for part in parts if part)
        return self._name(Person("Firma"), company)

    def _leads_with_firm(self) -> bool:
        return words.split_salutation(self.name1)[0] == "Firma"

    def _read(self, person: Person) -> Person:
        for name, rule, cell in person.notes:
            self._note(name, rule, cell)
        return person

    def _name(self, person: Person, company: str = "", second: Person | None = None) -> Name:
        other = second or Person()
        if company and not person.family_name:
            person = Person("Firma")
        return Name(
            person.salutation, person.title, person.given_name, person.family_name, company, bool(company),
            other.salutation, other.title, other.given_name, other.family_name, self.care_of,
            "deceased" in self.marks, "is_dummy" in self.marks, "advertising_block" in self.marks, tuple(self.notes),
        )  # fmt: skip

    def _person(self) -> Name:
        maiden = words.MAIDEN.search(self.name1)
        if maiden and maiden.start() > 0:
            self.name1 = self.name1[: maiden.start()].strip(" ,")
            self._note("family_name", Rule.NAME_LINE_LEFT_OUT, "name1")
        if self.contact and not self.care_of:
            self.care_of = f"z. Hd. {self.contact}"
        for text, cell in self.lines:
            self._further(text, cell)
        first, second = persons_of(self.greeting, self.title, self.given, self.name1)
        if second is not None:
            self._read(second)
        return self._name(self._read(first), second=second)

    def _further(self, text: str, cell: str) -> None:
        """Use a person's further line: the partner, a first name without another place; anything else is left out."""
        joined = re.match(r"(?:und|u\.|&|\+|/)\s*(?=\S)", text, re.IGNORECASE)
        if joined:
            target = "given" if self.given else "name1"
            setattr(self, target, f"{getattr(self, target)} und {text[joined.end() :]}")
            self._note("second_given_name", Rule.NAME_LINE_MOVED, cell)
        elif not self.given and self.greeting in words.PERSONAL and is_plain(text):
            self.given = text
            self._note("given_name", Rule.NAME_LINE_MOVED, cell)
        else:
            self._note(cell, Rule.NAME_LINE_LEFT_OUT, cell)
