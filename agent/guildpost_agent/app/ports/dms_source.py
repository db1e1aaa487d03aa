"""Where the dealer management system's data comes from: a delivery of tables, read in chunks and settled afterwards.

A table's chunks are read once or twice, in order, and never held all at once: memory stays bounded whatever the file.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from guildpost_agent.domain.dms_rows import Table
from guildpost_shared.errors import GuildpostError

CHUNK_ROWS: Final = 5_000
"""A chunk holds at most so many rows."""


@dataclass(frozen=True)
class BrokenRow:
    """A row that does not even have its table's fields; ``reason`` is a short code."""

    row_number: int
    reason: str
    raw: str


@dataclass(frozen=True)
class Chunk:
    """Some rows of a table: each with its line number (or position) and its cells, in the order of the columns."""

    rows: Sequence[tuple[int, Sequence[str]]]
    broken: Sequence[BrokenRow] = ()


@dataclass(frozen=True)
class SourceTable:
    """One table as it comes.

    Attributes:
        name: the file, or the database table, as a person knows it.
        table: what it holds.
        columns: our field names, each once.
        chunks: starts reading from the beginning; may raise ``Refused`` on the way, then none of the table counts.
        complete: it holds everything the DMS has, so a record that it does not bring is gone there.
        as_of: when the DMS wrote it, UTC.
        mapping: names the mapping profile and its version; another mapping means that every row is read anew.
    """

    name: str
    table: Table
    columns: tuple[str, ...]
    chunks: Callable[[], Iterator[Chunk]]
    complete: bool = False
    as_of: datetime | None = None
    mapping: str = ""


@dataclass(frozen=True)
class RefusedFile:
    """A file that cannot be imported at all, with the sentence to say about it."""

    name: str
    error: GuildpostError


@dataclass(frozen=True)
class Delivery:
    """What lies ready, in the order of ``Table``, oldest first within each."""

    tables: tuple[SourceTable, ...] = ()
    refused: tuple[RefusedFile, ...] = ()


class DmsSource(Protocol):
    """Give what lies ready, and put it away once its fate is decided."""

    def read(self) -> Delivery | None:
        """Return everything that lies ready, or None; reading again before ``settle`` gives the same."""
        ...

    def settle(self, imported: Sequence[str], refused: Sequence[RefusedFile]) -> None:
        """Put files away by name: imported ones, and refused ones with their reason beside them; delete nothing."""
        ...
