"""A table in text form, with the sins of real exports.

separator      the one of ``; , tab |`` that the heading line uses most
quotes         a quoted cell ends at a quote before a separator or the line's end; other quotes are plain letters
line breaks    a row that is too short goes on in the next lines (quoted or not), as long as they are no whole rows
free text      stray separators belong to the table's one free-text column, if it has one
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from guildpost_agent.app.ports.dms_source import BrokenRow

_SEPARATORS: Final = ";\t|,"
_LONGEST_CONTINUATION: Final = 20
_LONGEST_RAW: Final = 2_000


@dataclass(frozen=True)
class TextTable:
    """Heading cells, rows with their line numbers, and what is no row."""

    rows: list[tuple[int, list[str]]]
    broken: list[BrokenRow]


def split_heading(line: str) -> tuple[str, list[str]]:
    """Find the separator and the headings of a table's first line."""
    separator = max(_SEPARATORS, key=line.count)
    return separator, [cell.strip().strip('"') for cell in line.split(separator)]


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


class _Rows:
    def __init__(
        self, lines: Sequence[str], first_line: int, separator: str, width: int, free_text: int | None
    ) -> None:
        self._lines, self._first_line = lines, first_line
        self._separator, self._width, self._free_text = separator, width, free_text

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
        end = min(index + _LONGEST_CONTINUATION, len(self._lines))
        while after < end and not self._is_whole(self._lines[after]):
            line = f"{line}\n{self._lines[after]}"
            after += 1
            longer = self._fit(line)
            if longer is not None and len(longer) >= self._width:
                return longer, after
        return (cells if cells is not None else self._fit(self._lines[index], literal=True)), index + 1

    def read(self) -> TextTable:
        table = TextTable([], [])
        index = 0
        while index < len(self._lines):
            start = index
            if not self._lines[start].strip():
                index += 1
                continue
            cells, index = self._row_at(start)
            number = self._first_line + start
            if cells is not None and len(cells) == self._width:
                table.rows.append((number, cells))
                continue
            short = cells is None or len(cells) < self._width
            reason = "row_truncated" if short and index >= len(self._lines) else "wrong_number_of_fields"
            raw = "\n".join(self._lines[start:index])[:_LONGEST_RAW]
            table.broken.append(BrokenRow(number, reason, raw))
        return table


def read_rows(lines: Sequence[str], *, first_line: int, separator: str, width: int, free_text: int | None) -> TextTable:
    """Read the rows below the heading.

    Args:
        lines: the lines without their ends.
        first_line: the number of the first of them in the file.
        separator: between the cells.
        width: how many cells a row has.
        free_text: the position of the column that may hold separators, if there is one.
    """
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return _Rows(lines[:end], first_line, separator, width, free_text).read()
