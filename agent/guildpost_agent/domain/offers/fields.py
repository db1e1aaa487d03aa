"""The single fields of a set of offers; each refuses what it does not know, with the place in the file."""

import re
from typing import Final

from guildpost_agent.domain.offers.offer import Place, Season

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,39}")
_DAY: Final = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_LONGEST_TEXT: Final = 300


class BadOffers(ValueError):  # noqa: N818 — a finding in somebody's file, named for its reader
    """A set that says something impossible; the text names the offer and the field."""


def read_season(value: object, place: str) -> Season:
    """Read a season; None is the whole year.

    Raises:
        BadOffers: it is none.
    """
    if value is None:
        return Season()
    found = [_DAY.fullmatch(day) for day in value if isinstance(day, str)] if isinstance(value, list) else []
    days = [(int(day[1]), int(day[2])) for day in found if day]
    if len(days) != 2:  # noqa: PLR2004 — a first day and a last one
        raise BadOffers(place)
    return Season(days[0], days[1])


def read_name(value: object, place: str) -> str:
    """Read a name of small letters, digits and underscores.

    Raises:
        BadOffers: it is none.
    """
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise BadOffers(place)
    return value


def read_texts(value: object, place: str) -> dict[str, str]:
    """Read a text in both languages.

    Raises:
        BadOffers: it is none.
    """
    if not isinstance(value, dict) or set(value) != {"de", "en"}:
        raise BadOffers(place)
    if not all(isinstance(text, str) and 0 < len(text) <= _LONGEST_TEXT for text in value.values()):
        raise BadOffers(place)
    return dict(value)


def read_number(value: object, least: float, most: float, place: str) -> float:
    """Read a number within bounds.

    Raises:
        BadOffers: it is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise BadOffers(place)
    return value


def read_words(value: object, place: str) -> list[str]:
    """Read a list of words.

    Raises:
        BadOffers: it is none.
    """
    if not isinstance(value, list) or not all(isinstance(word, str) and word.strip() for word in value):
        raise BadOffers(place)
    return list(value)


def read_place(word: str, place: str) -> Place:
    """Read where an offer may be shown.

    Raises:
        BadOffers: it is none.
    """
    if word not in list(Place):
        raise BadOffers(place)
    return Place(word)
