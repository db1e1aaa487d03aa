"""When vehicles are due, where that comes from, and how far it can be trusted; worked out for many at once.

Periodic inspection (StVZO § 29: due in a month, the deadline is the month's last day; no backdating since July 2012,
the next period runs from the month actually inspected):

    1. the DMS names a month that is not over                  → that month                            trusted
       and an inspection here leads further ahead              → the inspection: the DMS was not told  trusted, doubted
    2. an inspection here, its interval not over               → its month + interval                  trusted
    3. the later of both is past                               → rolled on by the repeat interval      estimated
    4. only the first registration is known                    → + first interval, then rolled on      estimated

A month of the DMS further ahead than any inspection could have set it, or not after the first registration, counts
as not named. Where DMS and inspection here agree, confidence is higher; where they differ, lower. An inspection done
before the first one was due starts a repeat interval, except after rental use: a car that changed hands within seven
months of its first registration, inspected by then, gets the first interval once more (StVZO annex VIII).

Maintenance (months or kilometres, whichever comes first):

    1. the DMS names a day that is not over                    → that day                              trusted
    2. an inspection here, its interval not over               → by months                             trusted
       or, in both cases, by kilometres, if sooner             → the extrapolated day                  estimated
    3. a past day, a past interval, or the registration        → rolled on by months                   estimated

Each rolled cycle costs confidence. Stale means: two cycles or more without any visit meanwhile, or a day of the DMS
that passed unheeded by a vehicle that never was here.
"""

from guildpost_agent.domain.due_dates.inspections import DueDates, hu_due, hu_interval_months, inspection_due
from guildpost_agent.domain.due_dates.rolling import rolled_on
from guildpost_agent.domain.due_dates.values import (
    CONFIDENCE_AGREED,
    CONFIDENCE_DMS,
    CONFIDENCE_DOUBTED,
    CONFIDENCE_JOB,
    Due,
    DueDate,
)
from guildpost_agent.domain.due_dates.vehicles import Garage, garage_of

__all__ = [
    "CONFIDENCE_AGREED",
    "CONFIDENCE_DMS",
    "CONFIDENCE_DOUBTED",
    "CONFIDENCE_JOB",
    "Due",
    "DueDate",
    "DueDates",
    "Garage",
    "garage_of",
    "hu_due",
    "hu_interval_months",
    "inspection_due",
    "rolled_on",
]
