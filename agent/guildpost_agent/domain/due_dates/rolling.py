"""Dates that went by, rolled on by whole intervals until they are not over, and what they are worth then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from guildpost_agent.domain.columns import (
    NEVER,
    Bools,
    Days,
    Months,
    Numbers,
    add_months,
    day_column,
    day_number,
    months_of,
)
from guildpost_agent.domain.due_dates.values import (
    CONFIDENCE_JOB,
    CONFIDENCE_REGISTRATION,
    ESTIMATED,
    LEAST_CONFIDENCE,
    REGISTRATION,
    ROLLED,
    STALE,
    Due,
    DueDate,
)
from guildpost_agent.domain.due_dates.vehicles import Garage

CONFIDENCE_PER_CYCLE: Final = 0.6
STALE_CYCLES: Final = 2
# From the eighth week on being late costs a fine; a passed month is no oversight any more (StVZO § 29, BKat).
UNHEEDED_MONTHS: Final = 2
_BASES: Final = {ROLLED: CONFIDENCE_JOB, REGISTRATION: CONFIDENCE_REGISTRATION}
_MOST_CYCLES: Final = 4_096
_WORTH: Final = np.zeros((REGISTRATION + 1, _MOST_CYCLES))
for _source, _base in _BASES.items():
    _WORTH[_source] = [
        max(round(_base * CONFIDENCE_PER_CYCLE**cycles, 4), LEAST_CONFIDENCE) for cycles in range(_MOST_CYCLES)
    ]


@dataclass(frozen=True)
class Rolled:
    """Dates rolled on, in columns.

    Attributes:
        due: the days.
        cycles: how often each was rolled.
        months: the interval of the last cycle.
        passed: the day of the DMS that went by, or ``NEVER``.
    """

    due: Days
    cycles: Numbers
    months: Months
    passed: Days


def estimated(garage: Garage, where: Bools, rolled: Rolled, source: int, today: int) -> Due:
    """Judge rolled dates.

    Args:
        garage: all vehicles.
        where: which of them were rolled, in this order.
        rolled: their dates.
        source: ``ROLLED`` or ``REGISTRATION``.
        today: as the columns count.
    """
    now, cycles, passed = np.full(len(rolled.due), today), rolled.cycles, rolled.passed
    stale = (cycles >= STALE_CYCLES) & (garage.last_visit[where] < add_months(now, -STALE_CYCLES * rolled.months))
    unheeded = (passed != NEVER) & garage.stranger[where] & (passed < add_months(now, -UNHEEDED_MONTHS))
    worth = _WORTH[source, np.minimum(cycles, _MOST_CYCLES - 1)]
    triage = np.where(stale | unheeded, STALE, ESTIMATED).astype(np.uint8)
    codes = np.full(len(now), source, np.uint8)
    return Due(np.ones(len(now), np.bool_), rolled.due, codes, worth, triage)


def roll_days(start: Days, months: Months, today: int) -> tuple[Days, Numbers]:
    """Roll days on by whole intervals until none is before today.

    Returns:
        The days, and by how many intervals each was rolled.
    """
    between = months_of(np.full(len(start), today)) - months_of(start)
    cycles = np.maximum(0, -(-between // months))
    while (over := add_months(start, cycles * months) < today).any():
        cycles = cycles + over
    while (spare := (cycles > 0) & (add_months(start, (cycles - 1) * months) >= today)).any():
        cycles = cycles - spare
    return add_months(start, cycles * months), cycles


def rolled_on(garage: Garage, start: Sequence[date], months: int, today: date) -> list[DueDate]:
    """Roll past days on by whole intervals, one per vehicle, and judge what each is worth then."""
    length, now = len(garage), day_number(today)
    step = np.full(length, months)
    due, cycles = roll_days(day_column(start), step, now)
    rolled = Rolled(due, cycles, step, np.full(length, NEVER))
    found = estimated(garage, np.ones(length, np.bool_), rolled, ROLLED, now)
    return [one for at in range(length) if (one := found.at(at)) is not None]
