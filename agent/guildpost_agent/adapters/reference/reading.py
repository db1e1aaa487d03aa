"""Files of tables: a header that says where they come from, then rows; a bad one is refused with its line and reason.

    # source: who made it
    # licence: under which one may use it
    # date: 2026-11-27
    # valid_from: 2026-11-27
    column;column;…
    value;value;…

UTF-8, semicolons. In TOML the same four fields stand in a table ``[header]``.
"""

import csv
import io
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NoReturn, TypeVar

from guildpost_agent.domain.reference.dataset import Header, Name
from guildpost_shared.errors import ConfigurationError

MOST_BYTES: Final = 32 * 1024 * 1024
HEADER_FIELDS: Final = ("source", "licence", "date", "valid_from")
_SHOWN: Final = 60
T = TypeVar("T")


def refuse(name: Name, line: int, field: str, value: object, expected: str) -> NoReturn:
    """Refuse a file.

    Args:
        name: of the table.
        line: counted from 1; 0 for the whole file.
        field: a column, or a path in TOML.
        value: what stands there; the tables hold nothing personal.
        expected: what should stand there, in signs rather than words.

    Raises:
        ConfigurationError: always.
    """
    shown = str(value)[:_SHOWN]
    raise ConfigurationError(
        "reference_file_invalid", name=name.value, line=line, field=field, value=shown, expected=expected
    )


def decode(name: Name, content: bytes) -> str:
    """Read the bytes of a file as UTF-8.

    Raises:
        ConfigurationError: too large, or another encoding.
    """
    if len(content) > MOST_BYTES:
        refuse(name, 0, "size", f"{len(content)} B", f"≤ {MOST_BYTES} B")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        refuse(name, line, "encoding", content[error.start : error.start + 1].hex(), "UTF-8")


@dataclass(frozen=True)
class Row:
    """One row by column name, with the readers of its cells; each refuses the file at this line."""

    name: Name
    line: int
    cells: Mapping[str, str]

    def read(self, column: str, as_type: Callable[[str], T], expected: str) -> T:
        """Read a cell."""
        text = self.cells[column]
        try:
            return as_type(text)
        except ValueError:
            refuse(self.name, self.line, column, text, expected)

    def text(self, column: str) -> str:
        """Read a cell that must not be empty."""
        return self.cells[column] or refuse(self.name, self.line, column, "", "…")

    def day(self, column: str) -> date:
        """Read a day."""
        return self.read(column, date.fromisoformat, "YYYY-MM-DD")

    def number(self, column: str, least: float, most: float) -> float:
        """Read a number with a decimal point, within limits."""
        value = self.read(column, float, f"{least:g} … {most:g}")
        if not least <= value <= most:
            refuse(self.name, self.line, column, value, f"{least:g} … {most:g}")
        return value

    def one_of(self, column: str, known: frozenset[str]) -> str:
        """Read a cell that has one of few values."""
        value = self.cells[column]
        return value if value in known else refuse(self.name, self.line, column, value, " ".join(sorted(known)))


def read_csv(name: Name, content: bytes, columns: tuple[str, ...]) -> tuple[Header, list[Row]]:
    """Read a table with its header.

    Raises:
        ConfigurationError: encoding, header, columns or number of cells.
    """
    lines = decode(name, content).splitlines()
    count = next((index for index, line in enumerate(lines) if not line.startswith("#")), len(lines))
    said = dict(_said(lines[:count]))
    header = _header(name, {field: said.get(field, "") for field in HEADER_FIELDS})
    rows = csv.reader(io.StringIO("\n".join(lines[count:])), delimiter=";", strict=True)
    try:
        titles = tuple(next(rows, []))
        if titles != columns:
            refuse(name, count + 1, "columns", ";".join(titles), ";".join(columns))
        return header, list(_rows(name, columns, rows, count))
    except csv.Error as error:
        refuse(name, count + rows.line_num, "csv", error, ";".join(columns))


def _rows(name: Name, columns: tuple[str, ...], rows: Iterator[list[str]], before: int) -> Iterator[Row]:
    reader = rows
    line = before + 1
    for cells in reader:
        line += 1
        if not cells:
            continue
        if len(cells) != len(columns):
            refuse(name, line, "columns", len(cells), str(len(columns)))
        yield Row(name, line, dict(zip(columns, (cell.strip() for cell in cells), strict=True)))


def _said(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        key, colon, value = line.lstrip("# ").partition(":")
        if colon:
            yield key.strip(), value.strip()


def _header(name: Name, said: Mapping[str, str]) -> Header:
    row = Row(name, 1, said)
    return Header(row.text("source"), row.text("licence"), row.day("date"), row.day("valid_from"))


def read_toml(name: Name, content: bytes) -> tuple[Header, dict[str, object]]:
    """Read a TOML file; give its header and the rest.

    Raises:
        ConfigurationError: no TOML, or no whole header.
    """
    try:
        document = tomllib.loads(decode(name, content))
    except tomllib.TOMLDecodeError as error:
        refuse(name, 0, "toml", error, "TOML")
    said = document.pop("header", {})
    if not isinstance(said, dict):
        refuse(name, 0, "header", said, "[header]")
    return _header(name, {field: str(said.get(field, "")) for field in HEADER_FIELDS}), document
