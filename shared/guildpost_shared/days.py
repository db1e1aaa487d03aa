"""How a day is written where there is little room, in commands, notes and errors; pages have forms of their own."""

from datetime import date, datetime
from typing import Literal


def written_day(day: date, language: Literal["de", "en"]) -> str:
    """Write a day as the language does: ``01.03.2027``, ``1 Mar 2027``."""
    return f"{day:%d.%m.%Y}" if language == "de" else f"{day.day} {day:%b %Y}"


def in_words(value: object, language: Literal["de", "en"]) -> object:
    """Write a day, and give anything else as it is; an instant is none: whoever has one knows its time zone."""
    return written_day(value, language) if isinstance(value, date) and not isinstance(value, datetime) else value
