"""See how fresh the data are, and raise the alarm when the DMS has fallen silent."""

from collections.abc import Iterator
from datetime import datetime

from guildpost_agent.app.ports.unit_of_work import ImportReport, UnitOfWork
from guildpost_agent.domain.freshness import Arrival, Freshness, freshness, silent_days
from guildpost_shared.errors import GuildpostError, Unavailable


def tables_freshness(uow: UnitOfWork, now: datetime) -> list[Freshness]:
    """Give for each table when it last came."""
    return freshness((arrival for report in uow.imports.all() for arrival in _arrivals(report)), now)


def silence(uow: UnitOfWork, now: datetime, most_days: int) -> GuildpostError | None:
    """Give the alarm when nothing has come for longer than it may be; planning goes on, on what is known."""
    days = silent_days(tables_freshness(uow, now), most_days)
    return None if days is None else Unavailable("dms_silent", days=days, most=most_days)


def _arrivals(report: ImportReport) -> Iterator[Arrival]:
    tables, written = report.report.get("tables"), report.report.get("as_of")
    stamps = written if isinstance(written, dict) else {}
    for table in tables if isinstance(tables, dict) else ():
        stamp = stamps.get(table)
        yield Arrival(table, report.at, datetime.fromisoformat(stamp) if stamp else None)
