"""Tables in memory, for tests that need no folder.

reference = InMemoryReferenceData()                       # what ships with the agent
reference.add(Name.CLIMATE, b"# source: …", TODAY)        # read by the same rules as a file
"""

from datetime import date

from guildpost_agent.adapters.reference.files import as_kept, examine, shipped
from guildpost_agent.adapters.reference.segment_file import parse_segments
from guildpost_agent.adapters.reference.tables import (
    parse_climate,
    parse_makers,
    parse_postcodes,
    parse_regions,
    parse_school_holidays,
)
from guildpost_agent.adapters.reference.tariff_file import parse_tariffs
from guildpost_agent.domain.reference.climate import Climate
from guildpost_agent.domain.reference.dataset import Dataset, Name
from guildpost_agent.domain.reference.makers import Makers
from guildpost_agent.domain.reference.places import Places
from guildpost_agent.domain.reference.school_holidays import SchoolHolidays
from guildpost_agent.domain.reference.tariffs import Tariffs, laid_over
from guildpost_agent.domain.segments.definitions import Definitions


class InMemoryReferenceData:
    """Keeps the dealer's own tables in a dictionary."""

    def __init__(self) -> None:
        self._own: dict[Name, bytes] = {}

    def _content(self, name: Name) -> bytes:
        return self._own.get(name) or shipped(name)

    def places(self) -> Places:
        postcodes = parse_postcodes(self._content(Name.POSTCODES), date.min)[1]
        return Places(parse_regions(self._content(Name.REGIONS))[1], postcodes)

    def climate(self) -> Climate:
        return Climate(parse_climate(self._content(Name.CLIMATE))[1])

    def tariffs(self) -> Tariffs:
        periods = parse_tariffs(self._content(Name.TARIFFS))[1]
        return Tariffs(laid_over(parse_tariffs(shipped(Name.TARIFFS))[1], periods))

    def school_holidays(self) -> SchoolHolidays:
        return SchoolHolidays(parse_school_holidays(self._content(Name.SCHOOL_HOLIDAYS))[1])

    def makers(self) -> Makers:
        return Makers(parse_makers(self._content(Name.MAKERS))[1])

    def definitions(self) -> Definitions:
        return parse_segments(self._content(Name.SEGMENTS))[1]

    def datasets(self) -> list[Dataset]:
        return [self._described(name) for name in Name]

    def _described(self, name: Name) -> Dataset:
        return Dataset(name, *examine(name, self._content(name), date.min), overridden=name in self._own)

    def add(self, name: Name, content: bytes, today: date) -> Dataset:
        self._own[name] = as_kept(name, content, today)
        return self._described(name)

    def remove(self, name: Name) -> bool:
        return self._own.pop(name, None) is not None
