"""An XML export as a table: the element that repeats is a row, its attributes and children are the cells.

    row      the shallowest element with content of its own that repeats about as often as any (or the one named)
    cell     an attribute, a child's text, or a grandchild's or child's attribute; the innermost name is the heading,
             with its parent's before it where the name alone would be ambiguous; a repeated cell counts the first time

Declarations of types and entities are refused outright (defusedxml), so no entity can expand or reach out; nothing is
kept of the document but the row at hand. Depth, the number of columns and the size of a row and of a tag are limited.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Protocol, cast

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from guildpost_agent.adapters.dms.encoding import blocks_of, detect
from guildpost_agent.app.ports.dms_source import CHUNK_ROWS, BrokenRow, Chunk
from guildpost_shared.errors import Refused

_DEEPEST: Final = 32
_MOST_COLUMNS: Final = 300
_MOST_PATHS: Final = 5_000
_LONGEST_ROW: Final = 100_000
_LONGEST_TAG: Final = 4 << 20
_ABOUT_AS_OFTEN: Final = 10
_DECLARED: Final = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9._-]+)")
Address = tuple[str, ...]


class _Limit(Exception):  # noqa: N818 — never leaves this module
    """The document goes beyond a limit."""


class _Target(Protocol):
    """What the parser tells of."""

    events: int

    def start(self, tag: str, attrib: dict[str, str]) -> None: ...
    def data(self, data: str) -> None: ...
    def end(self, tag: str) -> None: ...


def _bare(tag: str) -> str:
    """Leave the namespace out of a name."""
    return tag.rpartition("}")[2]


class _Survey:
    """The first look: which elements there are, how often, and what is inside."""

    def __init__(self) -> None:
        self.events = 0
        self.counts: Counter[Address] = Counter()
        self.cells: dict[Address, dict[Address, None]] = {}
        self._texts: set[Address] = set()
        self._path: list[str] = []

    def start(self, tag: str, attrib: dict[str, str]) -> None:
        self.events += 1
        self._path.append(_bare(tag))
        path = tuple(self._path)
        if len(path) > _DEEPEST or len(self.counts) > _MOST_PATHS:
            raise _Limit
        self.counts[path] += 1
        for name in attrib:
            self._note(path, _bare(name))
        self._note(path[:-1], path[-1])

    def _note(self, parent: Address, name: str) -> None:
        for up in (1, 2):
            if len(parent) >= up:
                owner = parent if up == 1 else parent[:-1]
                cell = (name,) if up == 1 else (parent[-1], name)
                cells = self.cells.setdefault(owner, {})
                if len(cells) < _MOST_COLUMNS:
                    cells[cell] = None

    def data(self, data: str) -> None:
        self.events += 1
        if not data.isspace():
            self._texts.add(tuple(self._path))

    def end(self, tag: str) -> None:
        self.events += bool(tag)
        self._path.pop()

    def columns(self, record: Address) -> list[Address]:
        """List the cells of a row; an element that only holds others is none."""
        inside = ((cell, (*record, *cell)) for cell in self.cells[record])
        return [cell for cell, path in inside if path not in self.cells or path in self._texts]

    def _has_values(self, path: Address) -> bool:
        """Say whether an element has attributes or children without children: one that only groups has none."""
        return any(len(cell) == 1 and (*path, *cell) not in self.cells for cell in self.cells.get(path, ()))

    def record(self, wanted: str) -> Address | None:
        """Choose the element that is a row."""
        whole = {path: count for path, count in self.counts.items() if len(path) > 1 and self._has_values(path)}
        if wanted:
            whole = {path: count for path, count in whole.items() if path[-1] == wanted}
        most = max(whole.values(), default=0)
        often = [path for path, count in whole.items() if count * _ABOUT_AS_OFTEN >= most]
        return min(often, key=lambda path: (len(path), -whole[path]), default=None)


class _Rows:
    """The second look: the rows, gathered until somebody takes them."""

    def __init__(self, record: Address, columns: dict[Address, int]) -> None:
        self.events = 0
        self.rows: list[tuple[int, list[str]]] = []
        self.broken: list[BrokenRow] = []
        self._record, self._columns = record, columns
        self._path: list[str] = []
        self._row: list[str] | None = None
        self._text: list[str] = []
        self._size = self._number = 0

    def start(self, tag: str, attrib: dict[str, str]) -> None:
        self.events += 1
        self._path.append(_bare(tag))
        if len(self._path) > _DEEPEST:
            raise _Limit
        if self._row is None and tuple(self._path) == self._record:
            self._row, self._size = [""] * len(self._columns), 0
            self._number += 1
        if self._row is not None:
            self._text = []
            for name, value in attrib.items():
                self._put((*self._inside(), _bare(name)), value)

    def data(self, data: str) -> None:
        self.events += 1
        if self._row is not None:
            self._size += len(data)
            if self._size <= _LONGEST_ROW:
                self._text.append(data)

    def end(self, tag: str) -> None:
        self.events += bool(tag)
        if self._row is not None:
            inside = self._inside()
            if inside:
                self._put(inside, "".join(self._text).strip())
            else:
                self._finish(self._row)
                self._row = None
            self._text = []
        self._path.pop()

    def _inside(self) -> Address:
        return tuple(self._path[len(self._record) :])

    def _put(self, cell: Address, value: str) -> None:
        column = self._columns.get(cell)
        self._size += len(value)
        if self._row is not None and column is not None and not self._row[column]:
            self._row[column] = value

    def _finish(self, row: list[str]) -> None:
        if self._size > _LONGEST_ROW * 2:
            self.broken.append(BrokenRow(self._number, "line_too_long", ";".join(row)[:2_000]))
        else:
            self.rows.append((self._number, row))


def open_xml(path: Path, record: str) -> tuple[tuple[str, ...], Callable[[], Iterator[Chunk]]]:
    """Open an XML export.

    Args:
        path: the file.
        record: the name of the element that is a row; empty to find it.

    Returns:
        The headings, and what reads the rows from the beginning; row numbers count the rows.

    Raises:
        Refused: no XML, hostile or beyond a limit (``dms_xml_…``), empty, too large, or nothing in it repeats.
        OSError: it cannot be read.
    """
    encoding = _override(path, detect(path))
    survey = _Survey()
    for _ in _feed(path, encoding, survey):
        pass
    row = survey.record(record)
    if row is None:
        raise Refused("dms_header_missing", file=path.name)
    cells = survey.columns(row)
    columns = {cell: position for position, cell in enumerate(cells)}

    def read() -> Iterator[Chunk]:
        target = _Rows(row, columns)
        for _ in _feed(path, encoding, target):
            while len(target.rows) + len(target.broken) >= CHUNK_ROWS:
                yield Chunk(target.rows[:CHUNK_ROWS], target.broken)
                target.rows, target.broken = target.rows[CHUNK_ROWS:], []
        if target.rows or target.broken:
            yield Chunk(target.rows, target.broken)

    return _headings(cells), read


def _headings(cells: list[Address]) -> tuple[str, ...]:
    """Name cells by their innermost name, or by both names where that would be ambiguous."""
    count = Counter(cell[-1] for cell in cells)
    return tuple(cell[-1] if count[cell[-1]] == 1 else " ".join(cell) for cell in cells)


def _override(path: Path, found: str) -> str | None:
    """Say which encoding to take instead of the declared one: exports lie about code pages, never about UTF-8."""
    with path.open("rb") as stream:
        declared = _DECLARED.search(stream.read(200))
    name = declared[1].decode("ascii").lower() if declared else "utf-8"
    return found if found.startswith("cp") and name in {"utf-8", "utf8", "us-ascii"} else None


def _check_tag(silent: int) -> None:
    """Stop at a tag that does not end: the parser would keep all of it."""
    if silent > _LONGEST_TAG:
        raise _Limit


def _feed(path: Path, encoding: str | None, target: _Target) -> Iterator[None]:
    """Parse a file a block at a time, with a pause after each.

    Raises:
        Refused: as ``open_xml``.
    """
    parser = DefusedXMLParser(target=cast("None", target), encoding=encoding, forbid_dtd=True)
    silent = events = 0
    try:
        with path.open("rb") as stream:
            for block in blocks_of(stream):
                parser.feed(block)
                silent = 0 if target.events != events else silent + len(block)
                events = target.events
                _check_tag(silent)
                yield
        parser.close()
        yield
    except DefusedXmlException as error:
        raise Refused("dms_xml_forbidden", type(error).__name__, file=path.name) from None
    except _Limit:
        raise Refused("dms_xml_too_deep", file=path.name) from None
    except (ParseError, ValueError, LookupError, UnicodeError) as error:
        line = getattr(error, "position", (0, 0))[0]
        raise Refused("dms_xml_broken", type(error).__name__, file=path.name, line=line or "–") from None
