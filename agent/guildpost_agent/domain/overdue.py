"""Inspections whose day went by lately and that nobody did here since: what a message after the due date is about.

A due date ahead moves on once it is over (``due_dates``); so each of the days behind is asked for as it was then, of
the vehicles for which it may have been one: by what the DMS names, or counted from the last one here.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from guildpost_agent.domain.columns import NEVER, add_months, day_number, last_days, month_of
from guildpost_agent.domain.due_dates.hu import hu_dues
from guildpost_agent.domain.due_dates.maintenance import inspection_dues, interval_months
from guildpost_agent.domain.due_dates.values import TRUSTED, Due
from guildpost_agent.domain.due_dates.vehicles import Garage, garage_of
from guildpost_agent.domain.history import History
from guildpost_shared.services.occasion_rules import HuRule, InspectionRule

Found = tuple[Garage, Due, NDArray[np.intp]]
"""Vehicles, when each was due, and which of them are meant."""


def overdue(
    garage: Garage, histories: Mapping[str, History], rule: HuRule | InspectionRule, today: date, days: int
) -> Iterator[Found]:
    """Find what fell due in the days before today and is not done, the earliest first.

    Args:
        garage: the vehicles.
        histories: what the workshop knows of them.
        rule: of the inspection.
        today: the dealer's local day.
        days: how far back.
    """
    if not days:
        return
    if isinstance(rule, HuRule):
        intervals = np.array(sorted({phase.months for phases in rule.phases.values() for phase in phases}))
        for month in range(month_of(today - timedelta(days=days)), month_of(today)):
            here = (garage.last_hu != NEVER) & np.isin(month - garage.last_hu, intervals)
            then, part = (
                int(last_days(np.array([month]))[0]),
                _part(garage, histories, (garage.named_hu == month) | here),
            )
            yield _meant(part, hu_dues(part, rule, then), then)
        return
    here = add_months(garage.last_inspection, interval_months(garage, rule))
    first, now = day_number(today - timedelta(days=days)), day_number(today)
    behind = [np.where((column >= first) & (column < now), column, NEVER) for column in (garage.named_service, here)]
    for then in np.unique(np.concatenate(behind)).tolist():
        if then != NEVER:
            part = _part(garage, histories, (behind[0] == then) | (behind[1] == then))
            yield _meant(part, inspection_dues(part, rule, then), then)


def _part(garage: Garage, histories: Mapping[str, History], where: NDArray[np.bool_]) -> Garage:
    return garage_of([garage.vehicles[at] for at in np.flatnonzero(where).tolist()], histories)


def _meant(part: Garage, due: Due, then: int) -> Found:
    return part, due, np.flatnonzero(due.known & (due.due == then) & (due.triage == TRUSTED))
