"""How fresh the dealer's data are: when each table last came, and whether the DMS has fallen silent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Freshness:
    """One table: when it last came, when the DMS had written it (if it says so), and how many whole days ago."""

    table: str
    came_at: datetime
    written_at: datetime | None
    days: int


@dataclass(frozen=True)
class Arrival:
    """A table in one delivery."""

    table: str
    at: datetime
    written_at: datetime | None


def freshness(arrivals: Iterable[Arrival], now: datetime) -> list[Freshness]:
    """Give each table's last arrival, in the order of their names.

    Args:
        arrivals: every table of every delivery, in any order.
        now: the business clock, UTC.
    """
    newest: dict[str, Arrival] = {}
    for arrival in arrivals:
        if arrival.table not in newest or arrival.at > newest[arrival.table].at:
            newest[arrival.table] = arrival
    return [
        # What a clock that runs ahead has written came just now, not in so many days.
        Freshness(a.table, a.at, a.written_at, max(0, (now - min(a.at, a.written_at or a.at)).days))
        for _, a in sorted(newest.items())
    ]


def silent_days(tables: Iterable[Freshness], most_days: int) -> int | None:
    """Say for how many days nothing has come, if that is longer than it may be; None before the first delivery."""
    days = min((table.days for table in tables), default=0)
    return days if days > most_days else None
