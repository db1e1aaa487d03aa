"""Load a list of vehicles, as often as one likes: what is known already adds nothing; and close what is done."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.domain.listed_work import done_entries, works_of_lists
from guildpost_agent.domain.records import Job
from guildpost_agent.domain.vehicle_lists import Known, ListEntry, ListRow, Waiting, done_on, entry_of
from guildpost_shared.errors import GuildpostError, Refused
from guildpost_shared.services.definition import ServiceDefinition


@dataclass
class LoadedList:
    """What a file brought; ``problems`` are wrong rows, with their numbers and why; ``done`` were closed.

    ``waiting`` rows are new; ``all_waiting`` are those of the list by now, ``waiting_done`` of them done or signed.
    """

    added: int = 0
    known: int = 0
    waiting: int = 0
    done: int = 0
    all_waiting: int = 0
    waiting_done: int = 0
    problems: list[tuple[int, GuildpostError]] = field(default_factory=list)


def load_vehicle_list(
    open_uow: OpenUnitOfWork, rows: Iterable[ListRow], *, list_id: str, source: str, today: date
) -> LoadedList:
    """Match a file's rows to vehicles and store what is new.

    Args:
        open_uow: opens a transaction.
        rows: as the file has them.
        list_id: which list they belong to.
        source: the file's name.
        today: the dealer's local day.

    Returns:
        Entries added, rows known before, rows whose vehicle is not known here, rows that are wrong, how many entries
        are done, because the file or the workshop says so, and how many rows of the list wait by now.
    """
    loaded = LoadedList()
    entries: list[ListEntry] = []
    waiting: list[Waiting] = []
    closed: list[tuple[ListEntry, date]] = []
    with open_uow() as uow:
        known = Known(uow.records.vehicles())
        for row in rows:
            try:
                made = entry_of(row, list_id, known, today)
            except Refused as error:
                loaded.problems.append((row.row_number, error))
                continue
            if isinstance(made, ListEntry):
                entries.append(made)
                on = done_on(row, today)
                closed += [(made, on)] if on is not None else []
            else:
                waiting.append(made)
        loaded.added, loaded.waiting = uow.lists.add(entries, source), uow.lists.wait(waiting, source)
        loaded.known = len(entries) + len(waiting) - loaded.added - loaded.waiting
        loaded.done = _close(uow, closed) + _close_done(uow, (), {entry.vehicle_id for entry in entries})
        cancel_signed(uow, list_id, {entry.vehicle_id for entry, _ in closed})
        still = [row for row in uow.lists.waiting() if row.list_id == list_id]
        loaded.all_waiting, loaded.waiting_done = len(still), sum(row.done_on is not None for row in still)
        uow.commit()
    return loaded


def close_by_hand(
    open_uow: OpenUnitOfWork, list_id: str, vehicle_id: str, on: date, reference: str | None = None
) -> int:
    """Mark a vehicle's open entries of a list (or the one with the reference) as done; return how many."""
    with open_uow() as uow:
        count = uow.lists.done(list_id, vehicle_id, on, reference)
        if count:
            cancel_signed(uow, list_id, {vehicle_id})
        uow.commit()
    return count


def cancel_signed(uow: UnitOfWork, list_id: str, vehicle_ids: Collection[str]) -> int:
    """Cancel what is planned about contracts that were signed, where the list is named like their service.

    What is due by a list is found anew by the next plan, and checked once more when it leaves.
    """
    occasions = uow.plans.occasions(vehicle_ids) if vehicle_ids else ()
    return uow.plans.cancel_planned(
        occasion_ids=[one.occasion_id for one in occasions if one.service_id == list_id and one.source != "list"]
    )


def match_waiting(open_uow: OpenUnitOfWork) -> int:
    """Make entries of the waiting rows whose vehicle an import has brought; return how many."""
    count = 0
    with open_uow() as uow:
        rows = uow.lists.waiting()
        known = Known(uow.records.vehicles() if rows else ())
        for row in rows:
            try:
                vehicle_id = known.find(row.written)
            except Refused:
                continue
            if vehicle_id is not None:
                uow.lists.found(row, vehicle_id)
                if row.done_on is not None:  # the vehicle may have been here under a number that nobody could read
                    cancel_signed(uow, row.list_id, {vehicle_id})
                count += 1
        uow.commit()
    return count


def close_done(
    open_uow: OpenUnitOfWork, services: Iterable[ServiceDefinition], vehicle_ids: Collection[str] | None = None
) -> int:
    """Close the open entries whose work the workshop has done; return how many.

    Args:
        open_uow: opens a transaction.
        services: tell by which words the work of a list is recognised.
        vehicle_ids: the vehicles concerned; None for all.
    """
    with open_uow() as uow:
        count = _close_done(uow, services, vehicle_ids)
        uow.commit()
    return count


def _close_done(uow: UnitOfWork, services: Iterable[ServiceDefinition], vehicle_ids: Collection[str] | None) -> int:
    by_vehicle: defaultdict[str, list[ListEntry]] = defaultdict(list)
    for entry in uow.lists.open():
        if vehicle_ids is None or entry.vehicle_id in vehicle_ids:
            by_vehicle[entry.vehicle_id].append(entry)
    jobs: defaultdict[str, list[Job]] = defaultdict(list)
    for job in uow.records.jobs_of_vehicles(by_vehicle.keys()) if by_vehicle else ():
        jobs[job.vehicle_id].append(job)
    works = works_of_lists(services)
    return sum(_close(uow, done_entries(entries, jobs[one], works)) for one, entries in by_vehicle.items())


def _close(uow: UnitOfWork, done: Iterable[tuple[ListEntry, date]]) -> int:
    return sum(uow.lists.done(entry.list_id, entry.vehicle_id, on, entry.reference) for entry, on in done)
