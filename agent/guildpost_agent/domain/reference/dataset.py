"""What every table from outside says of itself: who made it, under which licence, as of when, valid from when."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final


class Name(StrEnum):
    """The tables from outside, by the name of their file."""

    POSTCODES = "postcodes"
    REGIONS = "regions"
    CLIMATE = "climate"
    TARIFFS = "tariffs"
    SCHOOL_HOLIDAYS = "school_holidays"
    MAKERS = "makers"
    SEGMENTS = "segments"


# Days after which a table deserves a look: postage and holidays change yearly, keys slowly, climate hardly.
OLD_AFTER_DAYS: Final = {
    Name.POSTCODES: 730,
    Name.REGIONS: 3650,
    Name.CLIMATE: 3650,
    Name.TARIFFS: 400,
    Name.SCHOOL_HOLIDAYS: 400,
    Name.MAKERS: 1825,
}


@dataclass(frozen=True)
class Header:
    """Where a table comes from; ``day`` is the state of the data, ``valid_from`` the first day it holds for."""

    source: str
    licence: str
    day: date
    valid_from: date


@dataclass(frozen=True)
class Dataset:
    """A table in use: how many rows, and whether the dealer's own file replaces what was shipped."""

    name: Name
    header: Header
    rows: int
    overridden: bool

    def is_old(self, today: date) -> bool:
        """Say whether a newer one should be looked for; an empty table and definitions do not age."""
        limit = OLD_AFTER_DAYS.get(self.name)
        return limit is not None and self.rows > 0 and (today - self.header.day).days > limit
