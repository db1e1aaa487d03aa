"""The visits of all customers as columns: whole arrays instead of a loop per customer.

A visit is a day on which a customer had an order here; two orders of one day are one visit. Orders for the house itself
(``internal``) and orders dated after today are none. Days are proleptic Gregorian ordinals, 0 means never.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from guildpost_agent.domain.months import add_months
from guildpost_agent.domain.records import Job

Days: TypeAlias = npt.NDArray[np.int64]
INTERNAL: Final = "internal"
_DAY_BITS: Final = 22  # a day's ordinal fits until the year 9999


@dataclass(frozen=True)
class Visits:
    """One row per customer or vehicle, in the given order.

    Attributes:
        first: day of the first visit.
        last: day of the last visit.
        before_last: day of the visit before the last one.
        in_window: visits since the window's first day.
        hours: labour hours since the window's first day.
        euros: invoices' totals since the window's first day, each order's once; 0 where none is known.
        years: in how many of the last years (twelve months each, counted back from today) there was a visit.
        record_from: day of the oldest order of anybody.
    """

    first: Days
    last: Days
    before_last: Days
    in_window: Days
    hours: npt.NDArray[np.float64]
    euros: npt.NDArray[np.float64]
    years: Days
    record_from: int


def months_back(today: date, months: int) -> int:
    """Give the ordinal of the day so many months ago; 1 where that lies before the calendar."""
    if today.year * 12 + today.month - 1 - months < 12:  # noqa: PLR2004 — months of the year 0, which no date has
        return 1
    return add_months(today, -months).toordinal()


def count_visits(
    jobs: Sequence[Job],
    row_of: Mapping[str, int],
    size: int,
    key: Callable[[Job], str],
    today: date,
    *,
    window_months: int,
    years: int,
) -> Visits:
    """Count the visits of every row.

    Args:
        jobs: labour lines, in any order.
        row_of: the row of each customer or vehicle; lines of others are left out.
        size: number of rows.
        key: says whose visit a line is.
        today: the last day that counts.
        window_months: for ``in_window`` and ``hours``.
        years: how many years ``years`` looks back.
    """
    now = today.toordinal()
    kept = [
        (row_of.get(key(job), -1), job.order_date.toordinal(), 0.0 if job.declined else job.hours or 0.0)
        for job in jobs
        if job.charge != INTERNAL and job.order_date <= today
    ]
    rows = np.fromiter((row for row, _, _ in kept), np.int64, len(kept))
    days = np.fromiter((day for _, day, _ in kept), np.int64, len(kept))
    hours = np.fromiter((spent for _, _, spent in kept), np.float64, len(kept))
    record_from = int(days.min()) if kept else now
    known = rows >= 0
    rows, days, hours = rows[known], days[known], hours[known]

    recent = days >= months_back(today, window_months)
    visits = np.unique((rows << _DAY_BITS) | days)  # sorted by row, then by day, each visit once
    who, when = visits >> _DAY_BITS, visits & ((1 << _DAY_BITS) - 1)
    counted = np.bincount(who, minlength=size)
    ends = np.cumsum(counted)
    first, last, before = (np.zeros(size, np.int64) for _ in range(3))
    seen, again = counted > 0, counted > 1
    first[seen] = when[ends[seen] - counted[seen]]
    last[seen] = when[ends[seen] - 1]
    before[again] = when[ends[again] - 2]
    return Visits(
        first=first,
        last=last,
        before_last=before,
        in_window=np.bincount(who[when >= months_back(today, window_months)], minlength=size).astype(np.int64),
        hours=np.bincount(rows[recent], weights=hours[recent], minlength=size).astype(np.float64),
        euros=_invoiced(jobs, row_of, size, key, since=months_back(today, window_months), until=now),
        years=_years_with_a_visit(who, when, today, years, size),
        record_from=record_from,
    )


def _invoiced(
    jobs: Sequence[Job], row_of: Mapping[str, int], size: int, key: Callable[[Job], str], *, since: int, until: int
) -> npt.NDArray[np.float64]:
    """Add up the invoices from one day to another; an invoice's total stands on each of its order's lines."""
    totals: dict[tuple[int, str], int] = {}
    for job in jobs:
        if job.invoice_cents is None or job.charge == INTERNAL or not since <= job.order_date.toordinal() <= until:
            continue
        row = row_of.get(key(job))
        if row is not None:
            order = (row, job.order_number)
            totals[order] = max(totals.get(order, job.invoice_cents), job.invoice_cents)
    euros = np.zeros(size)
    for (row, _), cents in totals.items():
        euros[row] += cents / 100
    return euros


def _years_with_a_visit(who: Days, when: Days, today: date, years: int, size: int) -> Days:
    found = np.zeros(size, np.int64)
    for year in range(years):
        since, until = months_back(today, 12 * (year + 1)), months_back(today, 12 * year)
        inside = (when > since) & (when <= until)
        found += np.bincount(who[inside], minlength=size) > 0
    return found
