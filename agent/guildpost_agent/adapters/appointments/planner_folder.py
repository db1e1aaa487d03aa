"""The folder that a workshop planner drops its calendars into.

    *.ics  *.csv  *.txt   a planner's whole calendar; ``Halle 2_2027-03-01.ics`` is a newer one of ``Halle 2``
    done/  refused/       see ``watched_folder``

A crash between the database and the move leaves the file in place: it is taken in again, which changes nothing.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.adapters.appointments.calendar import read_calendar
from guildpost_agent.adapters.appointments.table import OpenTable, read_table
from guildpost_agent.adapters.watched_folder import Version, WatchedFolder, version_of
from guildpost_agent.app.ports.appointment_source import PlannerDelivery, PlannerExport
from guildpost_agent.app.ports.dms_source import RefusedFile
from guildpost_agent.domain.planner.events import PlannedEvent, origin_of
from guildpost_shared.errors import Refused

_CALENDAR: Final = ".ics"
_SUFFIXES: Final = frozenset({_CALENDAR, ".csv", ".txt"})
_TEMPORARY: Final = re.compile(r"^[.~$_]|\.(tmp|part|partial|filepart|crdownload)\b", re.IGNORECASE)


def _is_finished(file: str) -> bool:
    return Path(file).suffix.lower() in _SUFFIXES and not _TEMPORARY.search(file)


class PlannerFolder:
    """An ``AppointmentSource`` over a folder."""

    def __init__(self, folder: Path, open_table: OpenTable, zone: ZoneInfo, today: Callable[[], date]) -> None:
        """Watch a folder.

        Args:
            folder: where calendars are dropped; it need not exist yet.
            open_table: opens a text file as a table.
            zone: the dealer's time zone.
            today: gives the dealer's day.
        """
        self._folder = WatchedFolder(folder, _is_finished)
        self._open_table = open_table
        self._zone = zone
        self._today = today

    def waits(self) -> bool:
        """Say by names alone whether something lies ready."""
        return bool(self._folder.names())

    def read(self) -> PlannerDelivery | None:
        """Return what lies ready, by the time at which it was written."""
        exports, refused = self._folder.read_each(self._export)
        if not exports and not refused:
            return None
        ordered = sorted(exports, key=lambda found: (found[0], found[1].name))
        return PlannerDelivery(tuple(export for _, export in ordered), tuple(refused))

    def settle(self, taken: Sequence[str], refused: Sequence[RefusedFile]) -> None:
        """Move files to ``done`` and ``refused``; one that is gone or was written anew since ``read`` is left alone."""
        self._folder.settle(taken, refused)

    def _export(self, path: Path, version: Version) -> tuple[int, PlannerExport]:
        """Read a file as a whole, with the time at which it was written.

        Raises:
            Refused: it is no calendar, or was written to meanwhile; then it stays where it is for the next time.
        """
        events = self._events(path)
        if version != version_of(path):
            raise Refused("dms_file_changed", file=path.name)
        return version[1], PlannerExport(path.name, origin_of(path.stem), events)

    def _events(self, path: Path) -> tuple[PlannedEvent, ...]:
        if path.suffix.lower() == _CALENDAR:
            return read_calendar(path, self._zone)
        return read_table(path, self._open_table, self._zone, self._today())
