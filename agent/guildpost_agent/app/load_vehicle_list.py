"""Load a list of vehicles, as often as one likes: what is known already adds nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.domain.vehicle_lists import Known, ListEntry, ListRow, Waiting, entry_of
from guildpost_shared.errors import GuildpostError, Refused


@dataclass
class LoadedList:
    """What a file brought; ``problems`` are the rows that are wrong, with their numbers and why."""

    added: int = 0
    known: int = 0
    waiting: int = 0
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
        Entries added, rows known before, rows whose vehicle is not known here, rows that are wrong.
    """
    loaded = LoadedList()
    entries: list[ListEntry] = []
    waiting: list[Waiting] = []
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
            else:
                waiting.append(made)
        loaded.added, loaded.waiting = uow.lists.add(entries, source), uow.lists.wait(waiting, source)
        loaded.known = len(entries) + len(waiting) - loaded.added - loaded.waiting
        uow.commit()
    return loaded


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
                count += 1
        uow.commit()
    return count
