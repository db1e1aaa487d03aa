"""The dealer's own figures, counted as the study counts: everybody once, without cap, budget or noise.

They never leave: unlike a contribution, nobody is left out, so that the dealer reads what really happened.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from guildpost_agent.domain.contributing.units import Counted
from guildpost_agent.domain.insights.backing import lead_names
from guildpost_shared.studies.figures import Estimate, Figure
from guildpost_shared.studies.kinds import EVERY, KINDS, SLOT_LEAD
from guildpost_shared.studies.layout import MaturedReminder
from guildpost_shared.studies.spec import StudySpec

OVERALL: Final = "overall"
DAY: Final = "day"
HOUR: Final = "hour"
LEAD: Final = "lead"
Cell = tuple[str, str, str]
"""Service, contacts, or all services together; question; row."""


@dataclass(frozen=True)
class Own:
    """How many there were, and of how many it is true."""

    of: int = 0
    hits: int = 0

    @property
    def figure(self) -> Figure | None:
        """The rate with its 95 % interval (Wilson's score: counts of one's own carry no noise); None of nobody."""
        return Estimate(self.of, self.hits, 0.0).figure() if self.of else None


def own_figures(study: StudySpec, parts: Iterable[Counted[Any]]) -> Mapping[Cell, Own]:
    """Count the dealer's own units.

    Args:
        study: whose questions are asked.
        parts: of every unit, as ``count_for_study`` gives them with nobody left out.
    """
    of: Counter[Cell] = Counter()
    hits: Counter[Cell] = Counter()
    for part in parts:
        if study.kind == SLOT_LEAD:
            _add_reminder(study, part.record, of, hits)
        else:
            _add_cells(study, part.record, of, hits)
    return {cell: Own(of[cell], hits[cell]) for cell in of}


def _add_reminder(study: StudySpec, reminder: MaturedReminder, of: Counter[Cell], hits: Counter[Cell]) -> None:
    cells = []
    if reminder.hour is not None:
        cells += [(OVERALL, ""), (DAY, f"{reminder.weekday}"), (HOUR, f"{reminder.hour}")]
    bucket = bisect_right(study.lead_edges, reminder.lead_days) - 1
    if 0 <= bucket < len(study.lead_edges) - 1:
        cells.append((LEAD, lead_names(study.lead_edges)[bucket]))
    for question, row in cells:
        of[reminder.service, question, row] += 1
        hits[reminder.service, question, row] += reminder.booked


def _add_cells(study: StudySpec, names: Iterable[str], of: Counter[Cell], hits: Counter[Cell]) -> None:
    """Add a unit's names ``about/row/column``; where there is no base, a unit that is named is one of one."""
    kind = KINDS[study.kind]
    for name in names:
        service, row, column = name.split("/")
        for about, measure in product((service, EVERY) if kind.together else (service,), kind.measures):
            of[about, measure, row] += column == (kind.base or measure)
            hits[about, measure, row] += column == measure
