"""Where the dealer management system's data comes from: a delivery of tables, read whole and settled afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from guildpost_agent.domain.dms_rows import Table
from guildpost_shared.errors import GuildpostError


@dataclass(frozen=True)
class BrokenRow:
    """A row that does not even have its table's fields; ``reason`` is a short code."""

    row_number: int
    reason: str
    raw: str


@dataclass(frozen=True)
class SourceFile:
    """One table as it came: our column names, and each row's line number with its cells in that order."""

    name: str
    table: Table
    columns: tuple[str, ...]
    rows: Sequence[tuple[int, Sequence[str]]]
    broken: Sequence[BrokenRow] = ()


@dataclass(frozen=True)
class RefusedFile:
    """A file that cannot be imported at all, with the sentence to say about it."""

    name: str
    error: GuildpostError


@dataclass(frozen=True)
class Delivery:
    """What lies ready, oldest first within each table."""

    files: tuple[SourceFile, ...] = ()
    refused: tuple[RefusedFile, ...] = ()


class DmsSource(Protocol):
    """Give what lies ready, and put it away once its fate is decided."""

    def read(self) -> Delivery | None:
        """Return everything that lies ready, or None; reading again before ``settle`` gives the same."""
        ...

    def settle(self, imported: Sequence[str], refused: Sequence[RefusedFile]) -> None:
        """Put files away by name: imported ones, and refused ones with their reason beside them; delete nothing."""
        ...
