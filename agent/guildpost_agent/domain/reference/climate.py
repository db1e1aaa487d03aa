"""When the first frost comes, and how warm a month is, by region: rough means, or a newer table's values of a year."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from guildpost_agent.domain.reference.places import Region

MONTHS: Final = 12


@dataclass(frozen=True)
class AreaClimate:
    """One area in a year, or in the mean of years.

    Attributes:
        month: of the first frost.
        day: of the first frost.
        temperatures: twelve monthly means, °C.
    """

    month: int
    day: int
    temperatures: tuple[float, ...]


@dataclass(frozen=True)
class Climate:
    """By area (a Leitregion, or a climate zone) and year; year 0 is the mean of years.

    A year's value comes before the mean, a Leitregion before its zone.
    """

    areas: Mapping[tuple[str, int], AreaClimate]

    def first_frost(self, region: Region, year: int) -> date | None:
        """Give the day of the first frost of the autumn of a year; None where the table has no such area."""
        found = self._of(region, year)
        return None if found is None else date(year, found.month, found.day)

    def temperature(self, region: Region, year: int, month: int) -> float | None:
        """Give the mean temperature of a month in °C; None where the table has no such area.

        Args:
            region: where.
            year: a measured one where the table has it, else the mean of years.
            month: 1 … 12.
        """
        found = self._of(region, year)
        return None if found is None else found.temperatures[month - 1]

    def _of(self, region: Region, year: int) -> AreaClimate | None:
        for key in ((region.leitregion, year), (region.zone, year), (region.leitregion, 0), (region.zone, 0)):
            if key in self.areas:
                return self.areas[key]
        return None
