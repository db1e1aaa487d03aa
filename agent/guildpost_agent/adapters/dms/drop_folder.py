"""The folder that the dealer management system drops its exports into.

    kunden*.csv  fahrzeuge*.csv  auftraege*.csv  termine*.csv      any of them, also with a date: termine_20270301.csv
    done/        what was imported, moved here after the database has it
    refused/     what could not be, each with a ``….reason.txt`` that says why and what to do

Nothing is deleted. A crash between the database and the move leaves the file in place: it is imported again, which
changes nothing.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from guildpost_agent.adapters.dms.columns import FILE_PREFIXES, FREE_TEXT, SYNONYMS, field_names
from guildpost_agent.adapters.dms.encoding import decode
from guildpost_agent.adapters.dms.table_text import read_rows, split_heading
from guildpost_agent.app.ports.dms_source import Delivery, RefusedFile, SourceFile
from guildpost_agent.domain.dms_rows import REQUIRED, Table
from guildpost_shared.errors import GuildpostError, Refused, public_text

_SUFFIXES: Final = frozenset({".csv", ".txt"})
_TEMPORARY: Final = re.compile(r"^[.~$_]|\.(tmp|part|partial|filepart|crdownload)\b|\(\d+\)\.", re.IGNORECASE)


def table_of(file: str) -> Table | None:
    """Say which table a file holds, by its name; None for files that are not ours or not finished."""
    path = Path(file)
    if _TEMPORARY.search(file) or path.suffix.lower() not in _SUFFIXES:
        return None
    stem = path.stem.casefold()
    return next((table for prefix, table in FILE_PREFIXES.items() if stem.startswith(prefix)), None)


def parse_file(data: bytes, file: str, table: Table) -> SourceFile:
    """Read one export.

    Args:
        data: the file's bytes.
        file: its name.
        table: what it holds.

    Raises:
        Refused: it is empty, no text, has no heading line or lacks a required column.
    """
    text = decode(data, file)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    start = next(index for index, line in enumerate(lines) if line.strip())
    separator, headings = split_heading(lines[start])
    names = field_names(table, headings)
    if not any(names):
        raise Refused("dms_header_missing", file=file)
    for required in REQUIRED[table]:
        if required not in names:
            raise Refused("dms_column_missing", file=file, column=SYNONYMS[table][required][0])
    free_text = names.index(FREE_TEXT[table]) if FREE_TEXT.get(table) in names else None
    rows = read_rows(
        lines[start + 1 :], first_line=start + 2, separator=separator, width=len(names), free_text=free_text
    )
    if not rows.rows and not rows.broken:
        raise Refused("dms_file_without_rows", file=file)
    keep = [position for position, name in enumerate(names) if name]
    columns = tuple(names[position] for position in keep)
    return SourceFile(file, table, columns, [(n, [cells[i] for i in keep]) for n, cells in rows.rows], rows.broken)


class DropFolder:
    """A ``DmsSource`` over a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[str, tuple[int, int]] = {}

    def read(self) -> Delivery | None:
        """Return everything that lies ready, tables in their order and files by name, or None."""
        try:
            names = sorted(path.name for path in self._folder.iterdir() if path.is_file())
        except FileNotFoundError:
            return None
        order = list(Table)
        found = [(order.index(table), name, table) for name in names if (table := table_of(name))]
        if not found:
            return None
        files: list[SourceFile] = []
        refused: list[RefusedFile] = []
        for _, name, table in sorted(found):
            try:
                self._seen[name] = self._version(name)
                files.append(parse_file((self._folder / name).read_bytes(), name, table))
            except Refused as error:
                refused.append(RefusedFile(name, error))
            except OSError as error:
                refused.append(RefusedFile(name, Refused("dms_file_unreadable", str(error.errno), file=name)))
        return Delivery(tuple(files), tuple(refused))

    def settle(self, imported: Sequence[str], refused: Sequence[RefusedFile]) -> None:
        """Move files to ``done`` and ``refused``; one that is gone or was written anew since ``read`` is left alone."""
        for name in imported:
            self._move(name, "done")
        for file in refused:
            target = self._move(file.name, "refused")
            if target is not None:
                target.with_name(f"{target.name}.reason.txt").write_text(_reason(file.error), encoding="utf-8")

    def _version(self, name: str) -> tuple[int, int]:
        stat = (self._folder / name).stat()
        return stat.st_size, stat.st_mtime_ns

    def _move(self, name: str, place: str) -> Path | None:
        try:
            if self._seen.get(name) != self._version(name):
                return None  # the system has written a newer one meanwhile: it is the next delivery
        except FileNotFoundError:
            return None
        folder = self._folder / place
        folder.mkdir(exist_ok=True)
        target = folder / name
        count = 1
        while target.exists():
            count += 1
            target = folder / f"{Path(name).stem}.{count}{Path(name).suffix}"
        return (self._folder / name).rename(target)


def _reason(error: GuildpostError) -> str:
    return f"{public_text(error, 'de')}\n\n{public_text(error, 'en')}\n"
