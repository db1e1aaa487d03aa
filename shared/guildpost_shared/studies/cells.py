"""The coordinates of the studies that count units in cells.

    <about>/<row>/<column>      lift/…: hu_au/treated/planned, hu_au/treated/came, hu_au/held_out/planned, …
                                learned-times: hu_au/learned/planned, …, hu_au/recommended/came, …
                                channel: hu_au/call/delivered, hu_au/call/booked, …
                                pressure: contacts/4+/contacted, contacts/4+/answered, contacts/4+/objected, …
                                adoption: hu_au/dealers/switched_on, …

A customer falls into one cell of one table and raises each of its columns at most once. A dealer may raise every
coordinate once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from guildpost_shared.studies.coordinates import CountLayout, Integers
from guildpost_shared.studies.kinds import CONTACTS, KINDS, PRESSURE, Unit, contact_rows
from guildpost_shared.studies.spec import StudySpec

Cells = tuple[str, ...]
"""The names of the coordinates that one unit raises by one."""


@dataclass(frozen=True)
class CellLayout(CountLayout[Cells]):
    """The coordinates of one study: tables of rows of columns.

    Attributes:
        abouts: what each table is about: the services, or the contacts.
        rows: the cells of a table.
        columns: what is counted in a cell.
        unit: whose record one tuple of names is.
    """

    abouts: tuple[str, ...]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    unit: Unit

    @classmethod
    def of(cls, spec: StudySpec) -> "CellLayout":
        """Lay out a study."""
        kind = KINDS[spec.kind]
        rows = kind.rows or spec.channels or contact_rows(spec.contact_edges)
        abouts = (CONTACTS,) if spec.kind == PRESSURE else spec.services
        return cls(abouts, rows, kind.columns, kind.unit)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Name of every coordinate, in order."""
        return tuple(f"{about}/{row}/{column}" for about in self.abouts for row in self.rows for column in self.columns)

    @property
    def most(self) -> int:
        """How many different coordinates one unit raises by one, at most."""
        return len(self.columns) if self.unit == "customer" else self.dimension

    @property
    def exclusive(self) -> Mapping[str, Sequence[int]]:
        """Of all cells a customer raises one, column by column; a dealer raises each coordinate once."""
        if self.unit == "dealer":
            return {name: [at] for at, name in enumerate(self.names)}
        return {column: range(at, self.dimension, len(self.columns)) for at, column in enumerate(self.columns)}

    def raised(self, record: Cells) -> list[int]:
        """Say which coordinates a unit raises by one.

        Raises:
            ValueError: an unknown name, a name twice, or a customer in two cells.
        """
        found = [self._places.get(name, -1) for name in record]
        if -1 in found or len(set(found)) != len(found):
            raise ValueError(f"cells {record}")
        if self.unit == "customer" and len({at // len(self.columns) for at in found}) > 1:
            raise ValueError(f"a customer in two cells: {record}")
        return found

    def decode(self, total: Integers) -> dict[str, dict[str, Integers]]:
        """Cut a sum into tables: by about and column, int64[rows]."""
        if total.shape != (self.dimension,):
            raise ValueError("the sum has another layout")
        cube = total.reshape(len(self.abouts), len(self.rows), len(self.columns))
        return {
            about: {column: cube[one, :, at] for at, column in enumerate(self.columns)}
            for one, about in enumerate(self.abouts)
        }

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {name: at for at, name in enumerate(self.names)}
