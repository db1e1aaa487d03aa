"""School holidays (Ferien) by federal state: a dated table where there is one, else what the holidays library knows.

The library carries the dates of the states' education ministers' conference (KMK). A table replaces it for each state
and year that it names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache


@dataclass(frozen=True)
class Break:
    """One holiday, first and last day included."""

    name: str
    first: date
    last: date


@dataclass(frozen=True)
class SchoolHolidays:
    """Breaks by state and calendar year; one that reaches over New Year stands in both years."""

    table: Mapping[tuple[str, int], Sequence[Break]]

    def name_of(self, state: str, day: date) -> str | None:
        """Name the school holiday a day lies in; None on a school day, and where nothing is known (see ``knows``)."""
        if (state, day.year) in self.table:
            return next((one.name for one in self.table[state, day.year] if one.first <= day <= one.last), None)
        return _library(state, day.year).get(day)

    def knows(self, state: str, year: int) -> bool:
        """Say whether the holidays of a state and year are known at all."""
        return (state, year) in self.table or bool(_library(state, year))


@lru_cache(maxsize=256)
def _library(state: str, year: int) -> Mapping[date, str]:
    # The table of holidays loads only in the process that plans or sends, so that an idle agent stays small.
    from holidays import country_holidays  # noqa: PLC0415 — see above

    return dict(country_holidays("DE", subdiv=state, years=year, categories=("school",), language="de"))
