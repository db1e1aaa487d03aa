"""Wishes about advertising, as the preference page takes them and the dealer's agent reads them.

The relay does not know what held before, so every choice has a third possibility: leave it as it is. One line says it
all, e.g. ``1/de/9f…64 hex…/=+-=============/4/=/l``:

    form of the line / language of the page / SHA-256 of the declaration that was shown / one sign for each topic and
    way, topic by topic (``=`` as it is, ``+`` yes, ``-`` no) / messages a year at most (0: no wish any more) / months
    of rest (0: rest is over) / the way that is liked best (its first letter; ``a``: any)

The topics are the same for every dealer, so that the page tells nothing about the one who links to it.
"""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from guildpost_shared.catalog import load
from guildpost_shared.errors import Language

FORM: Final = "1"
DECLARATION: Final = "preference-page/1"
"""Name and version of the declaration; a new wording takes a new number, the old one stays readable."""
PER_YEAR: Final = (2, 4, 8)
REST_MONTHS: Final = (3, 6, 12)
_LINE: Final = re.compile(r"1/(de|en)/([0-9a-f]{64})/([=+-]{15})/(=|0|2|4|8)/(=|0|3|6|12)/([=elpa])")


class Topic(StrEnum):
    """What advertising may be about; the manufacturer's own needs a declaration of its own, and is not asked here."""

    SERVICE_REMINDERS = "service_reminders"
    OFFERS = "offers"
    SATISFACTION = "satisfaction"
    BIRTHDAY = "birthday"
    SALES = "sales"


class Way(StrEnum):
    """By which way it may come."""

    EMAIL = "email"
    LETTER = "letter"
    PHONE = "phone"


class Liked(StrEnum):
    """Which way is liked best, whatever it is about, as far as advertising may come by it; any takes it back."""

    EMAIL = "email"
    LETTER = "letter"
    PHONE = "phone"
    ANY = "any"


Pair = tuple[Topic, Way]
PAIRS: Final = tuple((topic, way) for topic in Topic for way in Way)


@dataclass(frozen=True)
class Wishes:
    """What somebody chose; whatever is in none of these stays as it is.

    Attributes:
        yes: topics and ways that are wanted.
        no: those that are not.
        language: of the page.
        text_sha256: of the declaration that stood above the button.
        per_year: at most so many messages within a year; 0 takes an earlier wish back, None leaves it.
        rest_months: no advertising for so long; 0 ends an earlier rest, None leaves it.
        liked: the way that is liked best; None leaves it. It orders what is permitted and permits nothing.
    """

    yes: frozenset[Pair]
    no: frozenset[Pair]
    language: Language
    text_sha256: str
    per_year: int | None = None
    rest_months: int | None = None
    liked: Liked | None = None

    def __str__(self) -> str:
        """Write the line."""
        signs = "".join("+" if pair in self.yes else "-" if pair in self.no else "=" for pair in PAIRS)
        numbers = ("=" if number is None else str(number) for number in (self.per_year, self.rest_months))
        liked = "=" if self.liked is None else self.liked[0]
        return "/".join((FORM, self.language, self.text_sha256, signs, *numbers, liked))

    @property
    def says_nothing(self) -> bool:
        """Say whether everything was left as it is."""
        return not (self.yes or self.no) and {self.per_year, self.rest_months, self.liked} == {None}


def read_wishes(line: str) -> Wishes:
    """Read the line.

    Raises:
        ValueError: it has another form.
    """
    found = _LINE.fullmatch(line)
    if found is None:
        raise ValueError("not a line of wishes")
    language, digest, signs, per_year, rest, liked = found.groups()
    said = dict(zip(PAIRS, signs, strict=True))
    return Wishes(
        yes=frozenset(pair for pair, sign in said.items() if sign == "+"),
        no=frozenset(pair for pair, sign in said.items() if sign == "-"),
        language="en" if language == "en" else "de",
        text_sha256=digest,
        per_year=None if per_year == "=" else int(per_year),
        rest_months=None if rest == "=" else int(rest),
        liked=next((one for one in Liked if one[0] == liked), None),
    )


def declaration(language: Language, dealer: str) -> str:
    """Give the text that a "yes" agrees to: shown by the relay, kept by the agent as the proof (Art. 7(1) GDPR)."""
    return load("guildpost_shared.answers", language).text("wishes.declaration.1", dealer=dealer)


def digest_of(text: str) -> str:
    """Give the SHA-256 (hex) by which a declaration is proved."""
    return hashlib.sha256(text.encode()).hexdigest()
