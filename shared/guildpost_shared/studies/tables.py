"""What people see of a study that counts units in cells: tables of rates with intervals, as a published document.

A table holds one measure of one service (or of the contacts): a rate for each row, and for all rows together. Where the
rows are two arms drawn by lot, ``lift`` is the difference of their rates (-1 to 1) instead; of some kinds the first
table is about all services together.
"""

from dataclasses import dataclass
from typing import Final

from guildpost_shared.strict_json import Fields
from guildpost_shared.studies.figures import Figure, difference
from guildpost_shared.studies.kinds import CONTACTS, EVERY, KINDS, PRESSURE, Kind
from guildpost_shared.studies.spec import SERVICE_ID, StudySpec

ROW: Final = r"[a-z][a-z_]{1,20}|\d{1,3}(-\d{1,3}|\+)?"
MOST_TABLES: Final = 100
Rows = tuple[tuple[str, Figure | None], ...]
"""Rates by the names of the rows; None stands for suppressed."""


@dataclass(frozen=True)
class Table:
    """One measure of one service, or of the contacts.

    Attributes:
        about: the service, the contacts, or all services together (``EVERY``).
        measure: of which count these are the rates.
        rows: rate by row.
        overall: rate over all rows; None where it is suppressed or there is none.
        lift: rate of the first arm minus that of the second; None where it is suppressed or there is none.
        too_little_data: whether nothing in it differs by more than chance.
    """

    about: str
    measure: str
    rows: Rows
    overall: Figure | None
    lift: Figure | None
    too_little_data: bool

    def row(self, name: str) -> Figure | None:
        """Give a row's rate; None for one that is suppressed or not there."""
        return dict(self.rows).get(name)


def tables_about(spec: StudySpec) -> tuple[str, ...]:
    """Say what the tables of a study's release are about, in order; all services together only where there are some."""
    if spec.kind == PRESSURE:
        return (CONTACTS,)
    return (EVERY, *spec.services) if KINDS[spec.kind].together and len(spec.services) > 1 else spec.services


def figure_json(figure: Figure | None) -> dict[str, float] | None:
    """Write a figure."""
    return None if figure is None else {"rate": figure.rate, "low": figure.low, "high": figure.high}


def figure_from(fields: Fields, least: float = 0.0) -> Figure:
    """Read a figure from ``least`` to 1.

    Raises:
        Refused: ``document_*``.
    """
    figure = Figure(*(fields.number(name, least, 1) for name in ("rate", "low", "high")))
    fields.require("rate", figure.low <= figure.rate <= figure.high)
    fields.end()
    return figure


def table_json(table: Table) -> dict[str, object]:
    """Write a table."""
    return {
        "about": table.about,
        "measure": table.measure,
        "rows": [{"row": name, "figure": figure_json(figure)} for name, figure in table.rows],
        "overall": figure_json(table.overall),
        "lift": figure_json(table.lift),
        "too_little_data": table.too_little_data,
    }


def table_from(fields: Fields, kind: Kind) -> Table:
    """Read a table of a kind.

    Raises:
        Refused: ``document_*``.
    """
    overall, lift = fields.optional_child("overall"), fields.optional_child("lift")
    table = Table(
        about=fields.text("about", SERVICE_ID),
        measure=fields.text("measure", "|".join(kind.measures)),
        rows=tuple(_row_from(item, kind) for item in fields.children("rows", least=1, most=20)),
        overall=None if overall is None else figure_from(overall),
        lift=None if lift is None else figure_from(lift, -1.0),
        too_little_data=fields.boolean("too_little_data"),
    )
    _require_whole(fields, table, kind)
    fields.end()
    return table


def _require_whole(fields: Fields, table: Table, kind: Kind) -> None:
    """Refuse what no release holds: rows of another kind, one arm alone, a difference that is not that of the arms."""
    names = tuple(name for name, _ in table.rows)
    fields.require("rows", len(set(names)) == len(names) and names == (kind.rows or names))
    fields.require("about", (table.about == CONTACTS) == (kind.name == PRESSURE))
    fields.require("about", table.about != EVERY or kind.together)
    fields.require("overall", table.overall is None or not kind.rows)
    if not kind.arms:
        fields.require("lift", table.lift is None)
        return
    one, other = map(table.row, kind.rows)
    fields.require("rows", (one is None) == (other is None))
    fields.require("lift", table.lift == (difference(one, other) if one and other else None))


def _row_from(fields: Fields, kind: Kind) -> tuple[str, Figure | None]:
    figure = fields.optional_child("figure")
    allowed = "|".join(kind.rows or kind.channels) or ROW
    row = fields.text("row", allowed), None if figure is None else figure_from(figure)
    fields.end()
    return row
