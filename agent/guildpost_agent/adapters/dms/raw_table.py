"""A file as a table with its own headings, whatever its form: text or XML; what the columns mean is not known here."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final, Protocol

from guildpost_agent.adapters.dms.encoding import detect
from guildpost_agent.adapters.dms.table_text import Layout, read_rows, split_heading
from guildpost_agent.adapters.dms.text_lines import first_lines, lines_of
from guildpost_agent.app.ports.dms_source import CHUNK_ROWS, Chunk
from guildpost_agent.domain.mapping.shapes import looks_like_headings
from guildpost_agent.domain.mapping.vocabulary import fold, known_headings
from guildpost_shared.errors import Refused

_LONGEST_PREAMBLE: Final = 40


class ReadRows(Protocol):
    """Reads rows from the beginning, so many in a chunk; the free text's position helps with its line breaks."""

    def __call__(self, free_text: int | None, chunk_rows: int = CHUNK_ROWS) -> Iterator[Chunk]:
        """Give the chunks."""
        ...


@dataclass(frozen=True)
class RawTable:
    """A file's headings, and how its rows are read."""

    headings: tuple[str, ...]
    read: ReadRows


def open_raw(path: Path, *, headings: Collection[str] = (), record: str = "") -> RawTable:
    """Open an export.

    Args:
        path: the file; ``.xml`` or text.
        headings: spellings to look for besides the known ones.
        record: XML only: the element that is a row.

    Raises:
        Refused: it is empty, no text, too large, hostile, or has no headings.
        OSError: it cannot be read.
    """
    if path.suffix.lower() == ".xml":
        from guildpost_agent.adapters.dms.xml_table import open_xml  # noqa: PLC0415 — its parser loads for XML only

        found, read = open_xml(path, record)
        return RawTable(found, lambda free_text, chunk_rows=CHUNK_ROWS: read())  # noqa: ARG005 — XML needs neither
    return _open_text(path, headings)


def _open_text(path: Path, known: Collection[str]) -> RawTable:
    encoding = detect(path)
    lines = first_lines(path, encoding, _LONGEST_PREAMBLE)
    index = _heading_line(lines, frozenset(map(fold, known)))
    if index is None:
        raise Refused("dms_header_missing", file=path.name)
    separator, headings = split_heading(lines[index])

    def read(free_text: int | None, chunk_rows: int = CHUNK_ROWS) -> Iterator[Chunk]:
        windows = _skip(lines_of(path, encoding), index + 1)
        layout = Layout(separator, len(headings), free_text)
        return read_rows(windows, layout, first_number=index + 2, chunk_rows=chunk_rows)

    return RawTable(tuple(headings), read)


def _heading_line(lines: Sequence[str], known: frozenset[str]) -> int | None:
    """Find the line of headings: most spellings that are known, else the first that cannot be data."""
    best, found = 0, None
    for index, line in enumerate(lines):
        if not line.strip():
            continue
        _, cells = split_heading(line)
        count = known_headings(cells) + sum(fold(cell) in known for cell in cells)
        if count > best:
            best, found = count, index
    if found is not None:
        return found
    first = next((index for index, line in enumerate(lines) if line.strip()), None)
    return first if first is not None and looks_like_headings(split_heading(lines[first])[1]) else None


def _skip(windows: Iterator[list[str]], count: int) -> Iterator[Sequence[str]]:
    for window in windows:
        if count < len(window):
            yield from chain([window[count:]], windows)
            return
        count -= len(window)
