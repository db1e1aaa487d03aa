"""The periodic inspection: counted in months, see the package's page of rules."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from guildpost_agent.domain.columns import NEVER, Bools, Months, Numbers, last_days
from guildpost_agent.domain.due_dates.rolling import Rolled, estimated
from guildpost_agent.domain.due_dates.values import (
    CONFIDENCE_AGREED,
    CONFIDENCE_DMS,
    CONFIDENCE_DOUBTED,
    CONFIDENCE_JOB,
    DMS,
    JOB,
    REGISTRATION,
    ROLLED,
    TRUSTED,
    Due,
)
from guildpost_agent.domain.due_dates.vehicles import Garage
from guildpost_shared.services.occasion_rules import HuRule

# StVZO annex VIII no. 2.2: a holder change within seven months of the first registration, after rental use.
EX_RENTAL_MONTHS: Final = 7
# A vehicle of unknown age counts as one of the last phase.
_OLD_MONTHS: Final = 600


class HuCycles:
    """The inspection intervals of many vehicles, in months."""

    def __init__(self, garage: Garage, rule: HuRule) -> None:
        classes = [rule.default_class, *rule.phases]
        at = {name: number for number, name in enumerate(classes) if number}
        given = garage.by_class(lambda name: at.get(name, 0))
        self.named = given > 0
        """Whether the rule knows the vehicle's class by name."""
        self._table: NDArray[np.int64] = np.array(
            [[rule.interval_months(name, age) for age in range(_OLD_MONTHS + 1)] for name in classes], np.int64
        )
        self._class, self._registered, self._keeper = given, garage.registered_month, garage.keeper_month
        self.first: Months = self._table[given, 0]

    def after(self, month: Months, where: Bools | NDArray[np.intp] | slice = slice(None)) -> Months:
        """Say for how many months inspections in these months hold."""
        registered, first, table = self._registered[where], self.first[where], self._table
        group = self._class[where]
        age = np.maximum(0, month - registered)
        handed_over = self._keeper[where] - registered
        rental = (age <= EX_RENTAL_MONTHS) & (handed_over > 0) & (handed_over <= EX_RENTAL_MONTHS)
        early = np.where(rental, first, table[group, np.minimum(first, _OLD_MONTHS)])
        held = np.where(age >= first, table[group, np.minimum(age, _OLD_MONTHS)], early)
        found: Months = np.where(registered == NEVER, table[group, _OLD_MONTHS], held)
        return found

    def latest(self, now: int) -> Months:
        """Give the last month that an inspection done by now, or the first one to come, can be due."""
        registered = self._registered
        longest = np.where(self.named, self.after(np.full(len(registered), now)), self.first)
        found: Months = np.maximum(now + longest, self.first + np.where(registered == NEVER, now, registered))
        return found

    def roll(self, month: Months, where: Bools, now: int) -> tuple[Months, Numbers, Months]:
        """Roll months on until none is over: the months, how often, and the last interval."""
        month, cycles, months = month.copy(), np.zeros(len(month), np.int64), self.after(month, where)
        rows, over = np.flatnonzero(where), np.flatnonzero(month < now)
        while over.size:
            months[over] = self.after(month[over], rows[over])
            month[over] += months[over]
            cycles[over] += 1
            over = over[month[over] < now]
        return month, cycles, months


def hu_dues(garage: Garage, rule: HuRule, today: int) -> Due:
    """Say when the periodic inspection of each vehicle is due.

    Args:
        garage: the vehicles.
        rule: the intervals by class and age.
        today: days since 1970-01-01.
    """
    cycle, now, registered = HuCycles(garage, rule), _month(today), garage.registered_month
    named, inspected = garage.named_hu, garage.last_hu
    impossible = (named > cycle.latest(now)) | ((registered != NEVER) & (named <= registered))
    known = np.where(impossible, NEVER, named)
    here = np.where(inspected == NEVER, NEVER, inspected + cycle.after(inspected))
    past, found = np.maximum(known, here), Due.unknown(len(garage))
    ahead = past >= now
    found.put(ahead, _trusted(known[ahead], here[ahead], now))
    past_ones, counted = ~ahead & (past != NEVER), (past == NEVER) & (registered != NEVER)
    rolled = _rolled(cycle, past_ones, past, known, now)
    found.put(past_ones, estimated(garage, past_ones, rolled, ROLLED, today))
    rolled = _rolled(cycle, counted, registered + cycle.first, known, now)
    found.put(counted, estimated(garage, counted, rolled, REGISTRATION, today))
    return found


def _month(today: int) -> int:
    return int(np.datetime64(today, "D").astype("datetime64[M]").astype(np.int64))


def _trusted(known: Months, here: Months, now: int) -> Due:
    """Weigh months of the DMS and those after an inspection here, of which one at least is not over.

    An inspection here counts from its month; a DMS that still names an earlier month was not told of it.
    """
    ours = (known < now) | (here > known)
    doubted = np.where(known >= now, CONFIDENCE_DOUBTED, CONFIDENCE_JOB)
    agreed = np.where(here < now, CONFIDENCE_DMS, np.where(here == known, CONFIDENCE_AGREED, CONFIDENCE_DOUBTED))
    return Due(
        np.ones(len(known), np.bool_),
        last_days(np.where(ours, here, known)),
        np.where(ours, JOB, DMS).astype(np.uint8),
        np.where(ours, doubted, agreed),
        np.full(len(known), TRUSTED, np.uint8),
    )


def _rolled(cycle: HuCycles, where: Bools, start: Months, named: Months, now: int) -> Rolled:
    month, cycles, months = cycle.roll(start[where], where, now)
    passed = named[where]
    went_by = np.where(passed == NEVER, NEVER, last_days(np.where(passed == NEVER, 0, passed)))
    return Rolled(last_days(month), cycles, months, went_by)
