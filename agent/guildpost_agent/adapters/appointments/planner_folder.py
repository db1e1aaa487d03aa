"""The folder that a workshop planner drops its calendars into.

    *.ics  *.csv  *.txt   a planner's whole calendar; ``Halle 2_2027-03-01.ics`` is a newer one of ``Halle 2``
    done/                 what was taken in
    refused/              what could not be, each with a ``….reason.txt`` that says why and what to do

Nothing is deleted here, and what is none of ours is left alone. A crash between the database and the move leaves the
file in place: it is taken in again, which changes nothing.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from guildpost_agent.adapters.appointments.calendar import read_calendar
from guildpost_agent.adapters.appointments.table import OpenTable, read_table
from guildpost_agent.app.ports.appointment_source import PlannerDelivery, PlannerExport
from guildpost_agent.app.ports.dms_source import RefusedFile
from guildpost_agent.domain.planner.events import PlannedEvent, origin_of
from guildpost_shared.errors import GuildpostError, Refused, public_text

_CALENDAR: Final = ".ics"
_SUFFIXES: Final = frozenset({_CALENDAR, ".csv", ".txt"})
_TEMPORARY: Final = re.compile(r"^[.~$_]|\.(tmp|part|partial|filepart|crdownload)\b", re.IGNORECASE)


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
        self._folder = folder
        self._open_table = open_table
        self._zone = zone
        self._today = today
        self._seen: dict[str, tuple[int, int]] = {}

    def waits(self) -> bool:
        """Say by names alone whether something lies ready."""
        return bool(self._names())

    def read(self) -> PlannerDelivery | None:
        """Return what lies ready, by the time at which it was written."""
        exports: list[tuple[int, PlannerExport]] = []
        refused: list[RefusedFile] = []
        for name in self._names():
            path = self._folder / name
            try:
                self._seen[name] = _version(path)
                exports.append((self._seen[name][1], self._export(path)))
            except Refused as error:
                refused.append(RefusedFile(name, error))
            except FileNotFoundError:
                continue  # taken away meanwhile
            except OSError as error:
                refused.append(RefusedFile(name, Refused("dms_file_unreadable", str(error.errno), file=name)))
        if not exports and not refused:
            return None
        ordered = sorted(exports, key=lambda found: (found[0], found[1].name))
        return PlannerDelivery(tuple(export for _, export in ordered), tuple(refused))

    def settle(self, taken: Sequence[str], refused: Sequence[RefusedFile]) -> None:
        """Move files to ``done`` and ``refused``; one that is gone or was written anew since ``read`` is left alone."""
        for name in taken:
            self._move(name, "done")
        for file in refused:
            target = self._move(file.name, "refused")
            if target is not None:
                target.with_name(f"{target.name}.reason.txt").write_text(_reason(file.error), encoding="utf-8")

    def _export(self, path: Path) -> PlannerExport:
        """Read a file as a whole.

        Raises:
            Refused: it is no calendar, or was written to meanwhile; then it stays where it is for the next time.
        """
        events = self._events(path)
        if self._seen[path.name] != _version(path):
            raise Refused("dms_file_changed", file=path.name)
        return PlannerExport(path.name, origin_of(path.stem), events)

    def _events(self, path: Path) -> tuple[PlannedEvent, ...]:
        if path.suffix.lower() == _CALENDAR:
            return read_calendar(path, self._zone)
        return read_table(path, self._open_table, self._zone, self._today())

    def _names(self) -> list[str]:
        try:
            files = [path.name for path in self._folder.iterdir() if path.is_file()]
        except FileNotFoundError:
            return []
        return sorted(name for name in files if Path(name).suffix.lower() in _SUFFIXES and not _TEMPORARY.search(name))

    def _move(self, name: str, place: str) -> Path | None:
        source = self._folder / name
        try:
            if self._seen.get(name) != _version(source):
                return None  # the planner has written a newer one meanwhile: it is the next delivery
        except FileNotFoundError:
            return None
        folder = self._folder / place
        folder.mkdir(exist_ok=True)
        target, count = folder / name, 1
        while target.exists():
            count += 1
            target = folder / f"{source.stem}.{count}{source.suffix}"
        return source.rename(target)


def _version(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


def _reason(error: GuildpostError) -> str:
    return f"{public_text(error, 'de')}\n\n{public_text(error, 'en')}\n"
