"""A raw table read as one of ours: columns chosen and named, cells in the spelling that the rows' reader knows."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from typing import Final

from guildpost_agent.adapters.dms.raw_table import RawTable
from guildpost_agent.adapters.watched_folder import version_of
from guildpost_agent.app.ports.dms_source import Chunk, SourceTable
from guildpost_agent.domain.dms_rows import REQUIRED, Table
from guildpost_agent.domain.mapping.profile import digest
from guildpost_agent.domain.mapping.shapes import DATES
from guildpost_agent.domain.mapping.vocabulary import AMOUNTS, FREE_TEXT, SYNONYMS, field_names, fold
from guildpost_shared.errors import Refused

_FEW_ROWS: Final = 500
MOST_ROWS: Final = 20_000_000
"""A hundred times the rows of the largest dealer group; what has more is no export."""
_MONTH_FIRST: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2,4})(.*)")
_Cells = Sequence[str]


@dataclass(frozen=True)
class Reading:
    """How a raw table is read: for each of its columns our field or nothing, and the options of ``TableProfile``."""

    table: Table
    fields: Sequence[str]
    mapping: str
    complete: bool = False
    hours_units: int = 1
    date_order: str = "dmy"


def by_headings(table: Table, headings: Sequence[str]) -> Reading:
    """Read a table by the spellings of its headings alone."""
    fields = field_names(table, headings)
    return Reading(table, fields, f"headings@{digest([table.value, *zip(headings, fields, strict=True)])}")


def fields_of(columns: dict[str, str], headings: Sequence[str]) -> list[str]:
    """Give each heading's field by a mapping of headings, in any spelling; a repeated one counts the first time."""
    known = {fold(heading): field for heading, field in columns.items()} | columns
    fields: list[str] = []
    for heading in headings:
        field = columns.get(heading) or known.get(fold(heading), "") if heading else ""
        fields.append("" if field in fields else field)
    return fields


def as_source(path: Path, raw: RawTable, reading: Reading, *, amounts: bool = False) -> SourceTable:
    """Make a source table; columns of amounts are left out unless they are wanted.

    Raises:
        Refused: no heading is known, a required column is missing, or there are no rows.
    """
    reading = reading if amounts else _without_amounts(reading)
    table, file = reading.table, path.name
    if not any(reading.fields):
        raise Refused("dms_header_missing", file=file)
    for required in REQUIRED[table]:
        if required not in reading.fields:
            raise Refused("dms_column_missing", file=file, column=SYNONYMS[table][required][0])
    keep = [position for position, field in enumerate(reading.fields) if field]
    columns = tuple(reading.fields[position] for position in keep)
    free_text = reading.fields.index(FREE_TEXT[table]) if FREE_TEXT.get(table) in reading.fields else None
    version = version_of(path)
    choose = itemgetter(*keep)  # a required second field makes it a tuple always
    convert = _conversion(columns, reading)

    def chunks() -> Iterator[Chunk]:
        count = 0
        try:
            for chunk in raw.read(free_text):
                count += len(chunk.rows) + len(chunk.broken)
                if count > MOST_ROWS:
                    raise Refused("dms_file_too_large", f"more than {MOST_ROWS} rows", file=file)
                rows: list[tuple[int, _Cells]] = [(number, choose(cells)) for number, cells in chunk.rows]
                yield Chunk([(n, convert(cells)) for n, cells in rows] if convert else rows, chunk.broken)
            unchanged = version == version_of(path)
        except OSError as error:
            raise Refused("dms_file_unreadable", str(error.errno), file=file) from None
        if not unchanged:
            raise Refused("dms_file_changed", file=file)

    if next(raw.read(free_text, _FEW_ROWS), None) is None:
        raise Refused("dms_file_without_rows", file=file)
    as_of = datetime.fromtimestamp(version[1] / 1e9, UTC)
    return SourceTable(file, table, columns, chunks, reading.complete, as_of, reading.mapping)


def _without_amounts(reading: Reading) -> Reading:
    return replace(reading, fields=["" if field in AMOUNTS else field for field in reading.fields])


def _conversion(columns: Sequence[str], reading: Reading) -> Callable[[_Cells], _Cells] | None:
    """Give what puts cells into the common spelling; None where nothing is to be done."""
    steps: dict[int, Callable[[str], str]] = {}
    if reading.hours_units != 1 and "hours" in columns:
        steps[columns.index("hours")] = lambda text: _per_hour(text, reading.hours_units)
    if reading.date_order == "mdy":
        steps |= {position: _day_first for position, field in enumerate(columns) if field in DATES}
    if not steps:
        return None

    def convert(cells: _Cells) -> _Cells:
        changed = list(cells)
        for position, step in steps.items():
            changed[position] = step(changed[position])
        return changed

    return convert


def _per_hour(text: str, units: int) -> str:
    """Write work units as hours; what is no number stays as it is, for the rows' reader to judge."""
    try:
        return f"{float(text.strip().replace(',', '.')) / units:g}"
    except ValueError:
        return text


def _day_first(text: str) -> str:
    found = _MONTH_FIRST.fullmatch(text.strip())
    return f"{found[2]}.{found[1]}.{found[3]}{found[4]}" if found else text
