"""A planner's CSV as its events; how a text becomes rows is brought along, the DMS's exports are read by the same."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.app.ports.dms_source import Chunk
from guildpost_agent.domain.planner.events import PlannedEvent
from guildpost_agent.domain.planner.rows import UnreadableRow, missing_fields, read_event
from guildpost_shared.errors import Refused

MOST_ROWS: Final = 1_000_000
"""A large group's workshops take 200,000 appointments a year."""


@dataclass(frozen=True)
class PlannerTable:
    """A table whose columns are known: for each of them a field of ``planner.rows`` or nothing."""

    fields: Sequence[str]
    chunks: Callable[[], Iterator[Chunk]]
    month_first: bool = False


OpenTable = Callable[[Path], PlannerTable]
"""Opens a text file as a table; raises ``Refused`` for one that is none."""


def read_table(path: Path, open_table: OpenTable, zone: ZoneInfo, today: date) -> tuple[PlannedEvent, ...]:
    """Read a file's events in their order; of two with one key the later one counts.

    Raises:
        Refused: ``planner_columns_missing``, ``planner_file_too_large``, ``planner_row_unreadable``, or what opening
            the file refuses.
        OSError: it cannot be read.
    """
    file, table = path.name, open_table(path)
    if column := missing_fields(table.fields):
        raise Refused("planner_columns_missing", file=file, column=column)
    found: dict[str, PlannedEvent] = {}
    for chunk in table.chunks():
        for broken in chunk.broken:
            raise Refused("planner_row_unreadable", broken.reason, file=file, row=broken.row_number, field="–")
        for number, cells in chunk.rows:
            if not any(cell.strip() for cell in cells):
                continue
            try:
                event = read_event(table.fields, cells, number, zone, today, month_first=table.month_first)
            except UnreadableRow as error:
                raise Refused("planner_row_unreadable", file=file, row=number, field=str(error)) from None
            found[event.key] = event
        if len(found) > MOST_ROWS:
            raise Refused("planner_file_too_large", file=file)
    return tuple(found.values())
