"""The record of deliveries and of the rows that could not be imported.

reading ──▶ done · partial · refused
└──────▶ broken_off     the process ended while it read; the next import notes it, the mirror is untouched
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, insert, select, update

from guildpost_agent.adapters.sql.tables import imports, quarantine
from guildpost_agent.app.ports.unit_of_work import ImportReport, QuarantinedRow

READING: Final = "reading"
BROKEN_OFF: Final = "broken_off"
_FINISHED: Final = imports.c.state.not_in((READING, BROKEN_OFF))


def _report(row: Row[Any]) -> ImportReport:
    return ImportReport(**row._asdict())


class SqlImports:
    """Deliveries, newest last."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def start(self, import_id: str, at: datetime) -> None:
        """Note that an import reads, and that an earlier one broke off if it still says so."""
        broken = select(imports.c.import_id).where(imports.c.state == READING)
        self._connection.execute(delete(quarantine).where(quarantine.c.import_id.in_(broken)))
        self._connection.execute(update(imports).where(imports.c.state == READING).values(state=BROKEN_OFF))
        nothing = {"rows_read": 0, "rows_imported": 0, "rows_quarantined": 0, "report": {}}
        self._connection.execute(insert(imports).values(import_id=import_id, at=at, state=READING, **nothing))

    def put_aside(self, import_id: str, rows: Sequence[QuarantinedRow]) -> None:
        """Put rows into quarantine."""
        if rows:
            self._connection.execute(insert(quarantine), [{"import_id": import_id, **vars(row)} for row in rows])

    def take_back(self, import_id: str, file: str) -> None:
        """Empty the quarantine of a file that is refused as a whole."""
        theirs = (quarantine.c.import_id == import_id) & (quarantine.c.file == file)
        self._connection.execute(delete(quarantine).where(theirs))

    def finish(self, report: ImportReport) -> None:
        """Store the report of an import that ``start`` noted."""
        values = {**vars(report), "report": dict(report.report)}
        mine = imports.c.import_id == report.import_id
        self._connection.execute(update(imports).where(mine).values(values))

    def latest(self) -> ImportReport | None:
        """Return the last delivery, or None."""
        row = self._connection.execute(
            select(imports).where(_FINISHED).order_by(imports.c.at.desc(), imports.c.import_id).limit(1)
        ).first()
        return None if row is None else _report(row)

    def all(self) -> list[ImportReport]:
        """List every delivery, oldest first."""
        return [
            _report(row) for row in self._connection.execute(select(imports).where(_FINISHED).order_by(imports.c.at))
        ]

    def quarantined(self, import_id: str) -> list[QuarantinedRow]:
        """List the rows a delivery left in quarantine, in the order of the file."""
        columns = [quarantine.c[name] for name in ("file", "row_number", "field", "reason", "raw")]
        rows = (
            select(*columns)
            .where(quarantine.c.import_id == import_id)
            .order_by(quarantine.c.file, quarantine.c.row_number)
        )
        return [QuarantinedRow(*row) for row in self._connection.execute(rows)]
