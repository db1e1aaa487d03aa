"""A table in text form, with the sins of real exports.

separator      the one of ``; , tab |`` that the heading line uses most
quotes         a quoted cell ends at a quote before a separator or the line's end; other quotes are plain letters
line breaks    a row that is too short goes on in the next lines (quoted or not), as long as they are no whole rows
free text      stray separators belong to the table's one free-text column, if it has one
long lines     a line over the limit is no row
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from guildpost_agent.adapters.dms.text_lines import LONGEST_LINE
from guildpost_agent.app.ports.dms_source import BrokenRow, Chunk

_SEPARATORS: Final = ";\t|,"
LONGEST_CONTINUATION: Final = 20
_LONGEST_RAW: Final = 2_000


@dataclass(frozen=True)
class Layout:
    """How the rows of a text are cut: the separator, how many cells, and which one may hold separators."""

    separator: str
    width: int
    free_text: int | None = None


def split_heading(line: str) -> tuple[str, list[str]]:
    """Find the separator and the headings of a table's first line; empty headings at its end are none."""
    separator = max(_SEPARATORS, key=line.count)
    cells = split_row(line, separator) or line.split(separator)
    headings = [cell.strip().strip('"').strip() for cell in cells]
    while len(headings) > 1 and not headings[-1]:
        headings.pop()
    return separator, headings


def split_row(line: str, separator: str) -> list[str] | None:
    """Split a row into its cells; None when a quoted cell is still open at the end."""
    if '"' not in line:
        return line.split(separator)
    cells: list[str] = []
    rest = line
    while True:
        if not rest.startswith('"'):
            cell, found, rest = rest.partition(separator)
            cells.append(cell)
            if not found:
                return cells
            continue
        end = _closing_quote(rest, separator)
        if end < 0:
            return None
        cells.append(rest[1:end].replace('""', '"'))
        if end + 1 == len(rest):
            return cells
        rest = rest[end + 2 :]


def _closing_quote(text: str, separator: str) -> int:
    position = 1
    while (position := text.find('"', position)) >= 0:
        if text.startswith('""', position) and not text.startswith(('"" ' + separator,), position):
            after = text[position + 2 : position + 3]
            if after not in {"", separator} or text.startswith('"""', position):
                position += 2
                continue
        if position + 1 == len(text) or text[position + 1] == separator:
            return position
        position += 1
    return -1


def _quick(line: str, layout: Layout) -> list[str] | None:
    """Split the rows with quotes that most exports consist of; None for one that wants a closer look.

    Every cell in quotes, or quotes that follow RFC 4180 and double none: there the closer look would find the same.
    """
    separator, width = layout.separator, layout.width
    quotes = line.count('"')
    if quotes == 2 * width and line[0] == line[-1] == '"':
        cells = line[1:-1].split(f'"{separator}"')
    elif '""' not in line:
        try:
            cells = next(csv.reader([line], delimiter=separator, strict=True))
        except csv.Error:
            return None
    else:
        return None
    return cells if len(cells) == width else None


class _Window:
    """Some lines that follow one another; the last few may belong to a row that goes on behind them."""

    def __init__(self, lines: Sequence[str], first_number: int, layout: Layout, *, final: bool) -> None:
        self._lines, self._first_number = lines, first_number
        self._separator, self._width, self._free_text = layout.separator, layout.width, layout.free_text
        self._layout, self._final = layout, final

    def _fit(self, line: str, *, literal: bool = False) -> list[str] | None:
        cells = line.split(self._separator) if literal else split_row(line, self._separator)
        if cells is None:
            return None
        while len(cells) > self._width and not cells[-1].strip():
            cells.pop()
        surplus = len(cells) - self._width
        if surplus > 0 and self._free_text is not None:
            end = self._free_text + surplus + 1
            cells[self._free_text : end] = [self._separator.join(cells[self._free_text : end])]
        return cells

    def _is_whole(self, line: str) -> bool:
        cells = self._fit(line)
        return cells is not None and len(cells) == self._width

    def _row_at(self, index: int) -> tuple[list[str] | None, int]:
        """Read the row that starts at a line; return its cells and the line after it."""
        line = self._lines[index]
        cells = self._fit(line)
        after = index + 1
        if cells is not None and len(cells) >= self._width:
            return cells, after
        broken_text = self._free_text is not None and cells is not None and len(cells) == self._free_text + 1
        if cells is not None and not broken_text:
            return cells, after
        end = min(index + LONGEST_CONTINUATION, len(self._lines))
        while after < end and len(line) <= LONGEST_LINE and not self._is_whole(self._lines[after]):
            line = f"{line}\n{self._lines[after]}"
            after += 1
            longer = self._fit(line)
            if longer is not None and len(longer) >= self._width:
                return longer, after
        return (cells if cells is not None else self._fit(self._lines[index], literal=True)), index + 1

    def read(self, rows: list[tuple[int, Sequence[str]]], broken: list[BrokenRow]) -> int:
        """Read the rows that are whole for sure; return how many lines they took."""
        index = 0
        enough = len(self._lines) if self._final else len(self._lines) - LONGEST_CONTINUATION
        lines, separator, width = self._lines, self._separator, self._width
        while index < enough:
            start = index
            line = lines[start]
            number = self._first_number + start
            index += 1
            cells: list[str] | None = line.split(separator) if '"' not in line else _quick(line, self._layout)
            if cells is not None and len(cells) == width and (width > 1 or line.strip()):
                rows.append((number, cells))
                continue
            if not line.strip():
                continue
            if len(line) > LONGEST_LINE:
                broken.append(BrokenRow(number, "line_too_long", line[:_LONGEST_RAW]))
                continue
            cells, index = self._row_at(start)
            if cells is not None and len(cells) == self._width:
                rows.append((number, cells))
                continue
            short = cells is None or len(cells) < self._width
            cut_off = short and self._final and index >= len(self._lines)
            reason = "row_truncated" if cut_off else "wrong_number_of_fields"
            broken.append(BrokenRow(number, reason, "\n".join(self._lines[start:index])[:_LONGEST_RAW]))
        return index


def read_rows(
    windows: Iterable[Sequence[str]], layout: Layout, *, first_number: int, chunk_rows: int
) -> Iterator[Chunk]:
    """Read the rows below the heading.

    Args:
        windows: the lines without their ends, some at a time.
        layout: how a row is cut.
        first_number: the number of the first line in the file.
        chunk_rows: how many rows, broken ones included, a chunk holds at most.

    Yields:
        Chunks in the file's order; none when there are no rows.
    """
    held: list[str] = []
    number = first_number
    rows: list[tuple[int, Sequence[str]]] = []
    broken: list[BrokenRow] = []
    for lines, final in _with_last(windows):
        held += lines
        if final:
            while held and not held[-1].strip():
                held.pop()
        position = 0
        while position < len(held):
            room = chunk_rows - len(rows) - len(broken)
            part = held[position : position + room]
            last_part = position + room >= len(held)
            taken = _Window(part, number, layout, final=final and last_part).read(rows, broken)
            if not taken:
                break
            position, number = position + taken, number + taken
            if len(rows) + len(broken) >= chunk_rows - 2 * LONGEST_CONTINUATION:
                yield Chunk(rows, broken)
                rows, broken = [], []
        held = held[position:]
    if rows or broken:
        yield Chunk(rows, broken)


def _with_last(windows: Iterable[Sequence[str]]) -> Iterator[tuple[Sequence[str], bool]]:
    """Say of each window whether it is the last."""
    before: Sequence[str] | None = None
    for window in windows:
        if before is not None:
            yield before, False
        before = window
    if before is not None:
        yield before, True
