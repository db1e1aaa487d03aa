"""Take a planner's calendars in: find whom each event concerns, store it beside the DMS's, say what is left over.

    1. read what lies ready; a file that cannot be read as a whole is refused as a whole
    2. match each event; whoever was erased or is unknown is in no directory, so nothing about them is stored
    3. replace the planner's appointments; note the counts, without names; commit all files at once
    4. put the files away

A crash between 3 and 4 takes the same in again, which changes nothing.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from guildpost_agent.app.ports.appointment_source import AppointmentSource, PlannerExport
from guildpost_agent.app.ports.dms_source import RefusedFile
from guildpost_agent.app.ports.planned import PlannedChange
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.domain.appointment_works import Works
from guildpost_agent.domain.planner.events import as_appointments
from guildpost_agent.domain.planner.matching import Directory, Match
from guildpost_agent.domain.records import Appointment

DOCUMENT: Final = "planner/report"
MOST_LISTED: Final = 200
"""So many unmatched events are listed one by one; all are counted."""


@dataclass(frozen=True)
class PlannerReport:
    """What one planner's calendar brought.

    Attributes:
        at: when it was taken in, ISO.
        change: appointments that concern somebody.
        unmatched: the others, counted by reason.
        listed: the first of them that lie ahead: place in the file, start (ISO, UTC), reason.
    """

    origin: str
    file: str
    at: str
    events: int
    change: PlannedChange
    unmatched: dict[str, int]
    listed: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True)
class PlannerTaken:
    """What a delivery brought, and the files of it that were refused."""

    reports: tuple[PlannerReport, ...]
    refused: tuple[RefusedFile, ...]


def take_planner_in(
    open_uow: OpenUnitOfWork, source: AppointmentSource, now: datetime, zone: ZoneInfo, works: Works | None = None
) -> PlannerTaken | None:
    """Take in what lies ready; None when nothing does.

    Args:
        open_uow: opens a transaction.
        source: where the calendars lie.
        now: the business clock.
        zone: the dealer's time zone.
        works: by service, the words that tell that an event is for it; inspections are told without.
    """
    delivery = source.read()
    if delivery is None:
        return None
    reports: tuple[PlannerReport, ...] = ()
    if delivery.exports:
        with open_uow() as uow:
            directory = Directory(uow.records.customers(), uow.records.vehicles())
            told = _Telling(directory, works or {}, now, zone)
            reports = tuple(_take(uow, export, told) for export in delivery.exports)
            _note(uow, reports)
            uow.commit()
    source.settle([export.name for export in delivery.exports], delivery.refused)
    return PlannerTaken(reports, delivery.refused)


def planner_reports(uow: UnitOfWork) -> Iterator[PlannerReport]:
    """Give what each planner's last calendar brought, by planner."""
    for _, found in sorted(_noted(uow).items()):
        listed = tuple((number, starts, reason) for number, starts, reason in found["listed"])
        yield PlannerReport(**{**found, "change": PlannedChange(**found["change"]), "listed": listed})


@dataclass(frozen=True)
class _Telling:
    """What tells whom an event concerns and what it is for, and when it is read."""

    directory: Directory
    works: Works
    now: datetime
    zone: ZoneInfo


def _take(uow: UnitOfWork, export: PlannerExport, told: _Telling) -> PlannerReport:
    now, today = told.now, told.now.astimezone(told.zone).date()
    rows: list[Appointment] = []
    unmatched: Counter[str] = Counter()
    listed: list[tuple[int, str, str]] = []
    for event in export.events:
        found = told.directory.match(event)
        if isinstance(found, Match):
            day = min(event.starts_at.astimezone(told.zone).date(), today)
            rows += as_appointments(event, export.origin, (found.customer_id, found.vehicle_id, day), told.works)
            continue
        unmatched[found.value] += 1
        if event.starts_at >= now and len(listed) < MOST_LISTED:
            listed.append((event.number, event.starts_at.isoformat(), found.value))
    return PlannerReport(
        origin=export.origin,
        file=export.name,
        at=now.isoformat(),
        events=len(export.events),
        change=uow.planned.replace(export.origin, rows, now),
        unmatched=dict(sorted(unmatched.items())),
        listed=tuple(listed),
    )


def _noted(uow: UnitOfWork) -> dict[str, Any]:
    body = uow.documents.get(DOCUMENT)
    found: dict[str, Any] = json.loads(body) if body else {}
    return found


def _note(uow: UnitOfWork, reports: tuple[PlannerReport, ...]) -> None:
    noted = _noted(uow) | {report.origin: asdict(report) for report in reports}
    uow.documents.put(DOCUMENT, json.dumps(noted).encode())
