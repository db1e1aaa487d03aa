"""The tables as files: the dealer's own in ``reference/`` of the agent's folder, else those shipped in the package."""

from collections.abc import Sized
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Final

from guildpost_agent.adapters.reference.segment_file import parse_segments
from guildpost_agent.adapters.reference.tables import (
    parse_climate,
    parse_makers,
    parse_postcodes,
    parse_regions,
    parse_school_holidays,
    write_postcodes,
)
from guildpost_agent.adapters.reference.tariff_file import parse_tariffs
from guildpost_agent.domain.reference.climate import Climate
from guildpost_agent.domain.reference.dataset import Dataset, Header, Name
from guildpost_agent.domain.reference.makers import Makers
from guildpost_agent.domain.reference.places import Place, Places
from guildpost_agent.domain.reference.school_holidays import SchoolHolidays
from guildpost_agent.domain.reference.tariffs import Tariffs, laid_over
from guildpost_agent.domain.segments.definitions import Definitions
from guildpost_shared.durable_files import replace_file

FOLDER: Final = "reference"
_TOML: Final = frozenset({Name.TARIFFS, Name.SEGMENTS})


def file_name(name: Name) -> str:
    """Name the file of a table."""
    return f"{name.value}.{'toml' if name in _TOML else 'csv'}"


def shipped(name: Name) -> bytes:
    """Read the table that came with the program."""
    return resources.files(__package__).joinpath("data", file_name(name)).read_bytes()


def examine(name: Name, content: bytes, today: date) -> tuple[Header, int]:
    """Read a file in full and say what it is and how many rows it has.

    Raises:
        ConfigurationError: it is not in the table's format.
    """
    header: Header
    rows: Sized
    match name:
        case Name.POSTCODES:
            header, rows = parse_postcodes(content, today)
        case Name.REGIONS:
            header, rows = parse_regions(content)
        case Name.CLIMATE:
            header, rows = parse_climate(content)
        case Name.TARIFFS:
            header, rows = parse_tariffs(content)
        case Name.SCHOOL_HOLIDAYS:
            header, rows = parse_school_holidays(content)
        case Name.MAKERS:
            header, rows = parse_makers(content)
        case Name.SEGMENTS:
            header, definitions = parse_segments(content)
            rows = definitions.stages
    return header, len(rows)


def as_kept(name: Name, content: bytes, today: date) -> bytes:
    """Give a file the form it is kept in: one that carries no date of its own gets its header.

    Raises:
        ConfigurationError: it is not in the table's format.
    """
    if name is Name.POSTCODES:
        return write_postcodes(*parse_postcodes(content, today))
    examine(name, content, today)
    return content


class FileReferenceData:
    """Tables in files; each is read when it is asked for, and not kept."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER

    def _content(self, name: Name) -> tuple[bytes, bool]:
        try:
            return (self._folder / file_name(name)).read_bytes(), True
        except FileNotFoundError:
            return shipped(name), False

    def places(self) -> Places:
        """Read where postcodes lie."""
        _, regions = parse_regions(self._content(Name.REGIONS)[0])
        postcodes: dict[str, list[Place]]
        # The date of the file is not asked for here.
        _, postcodes = parse_postcodes(self._content(Name.POSTCODES)[0], date.min)
        return Places(regions, postcodes)

    def climate(self) -> Climate:
        """Read first frosts and temperatures."""
        return Climate(parse_climate(self._content(Name.CLIMATE)[0])[1])

    def tariffs(self) -> Tariffs:
        """Read the carrier's tariffs: the dealer's periods, before them the shipped ones."""
        content, overridden = self._content(Name.TARIFFS)
        periods = parse_tariffs(content)[1]
        return Tariffs(laid_over(parse_tariffs(shipped(Name.TARIFFS))[1], periods) if overridden else periods)

    def school_holidays(self) -> SchoolHolidays:
        """Read the school holidays."""
        return SchoolHolidays(parse_school_holidays(self._content(Name.SCHOOL_HOLIDAYS)[0])[1])

    def makers(self) -> Makers:
        """Read the vehicle-type keys."""
        return Makers(parse_makers(self._content(Name.MAKERS)[0])[1])

    def definitions(self) -> Definitions:
        """Read what the segments mean."""
        return parse_segments(self._content(Name.SEGMENTS)[0])[1]

    def datasets(self) -> list[Dataset]:
        """Describe every table in use, by name."""
        return [self._describe(name) for name in Name]

    def _describe(self, name: Name) -> Dataset:
        content, overridden = self._content(name)
        header, rows = examine(name, content, date.min)
        return Dataset(name, header, rows, overridden)

    def add(self, name: Name, content: bytes, today: date) -> Dataset:
        """Check a file, then put it in place in one step."""
        kept = as_kept(name, content, today)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        replace_file(self._folder / file_name(name), kept)
        return self._describe(name)

    def remove(self, name: Name) -> bool:
        """Delete the dealer's own file; say whether there was one."""
        try:
            (self._folder / file_name(name)).unlink()
        except FileNotFoundError:
            return False
        return True
