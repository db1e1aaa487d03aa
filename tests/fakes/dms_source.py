"""A dealer's system in memory, to be used wherever a ``DmsSource`` is.

source = FakeDmsSource()
source.deliver(Table.CUSTOMERS, ("customer_id", "name1"), ("10", "Müller"))
source.refuse("kaputt.csv", Refused("dms_file_empty", file="kaputt.csv"))
import_changes(…, source, …)
source.done                          # names of what was put away
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from guildpost_agent.app.ports.dms_source import CHUNK_ROWS, BrokenRow, Chunk, Delivery, RefusedFile, SourceTable
from guildpost_agent.domain.dms_rows import Table
from guildpost_shared.errors import Refused


class FakeDmsSource:
    """Keeps what was delivered until it is settled."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.refused: list[str] = []
        self._tables: dict[str, SourceTable] = {}
        self._refusals: dict[str, RefusedFile] = {}

    def deliver(
        self,
        table: Table,
        columns: tuple[str, ...],
        *rows: Sequence[str],
        name: str = "",
        complete: bool = False,
        as_of: datetime | None = None,
        broken: Sequence[BrokenRow] = (),
    ) -> None:
        """Lay a table ready, under its own name unless another is given."""
        numbered = list(enumerate(rows, 2))

        def chunks() -> Iterator[Chunk]:
            for start in range(0, max(len(numbered), 1), CHUNK_ROWS):
                yield Chunk(numbered[start : start + CHUNK_ROWS], () if start else tuple(broken))

        name = name or table.value
        self._tables[name] = SourceTable(name, table, columns, chunks, complete, as_of, "fake@1")

    def lay(self, table: SourceTable) -> None:
        """Lay a table ready as it is, also one that breaks while it is read."""
        self._tables[table.name] = table

    def refuse(self, name: str, error: Refused) -> None:
        """Lay a file ready that cannot be read."""
        self._refusals[name] = RefusedFile(name, error)

    def read(self) -> Delivery | None:
        """Return what lies ready."""
        if not self._tables and not self._refusals:
            return None
        order = list(Table)
        tables = sorted(self._tables.values(), key=lambda found: (order.index(found.table), found.name))
        return Delivery(tuple(tables), tuple(self._refusals.values()))

    def settle(self, imported: Sequence[str], refused: Sequence[RefusedFile]) -> None:
        """Put away what was named."""
        for name in imported:
            if self._tables.pop(name, None):
                self.done.append(name)
        for file in refused:
            self._tables.pop(file.name, None)
            self._refusals.pop(file.name, None)
            self.refused.append(file.name)
