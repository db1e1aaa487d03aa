"""The record of deliveries and of the rows that could not be imported."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from guildpost_agent.adapters.sql.tables import imports, quarantine
from guildpost_agent.app.ports.unit_of_work import ImportReport, QuarantinedRow


def _report(row: Row[Any]) -> ImportReport:
    return ImportReport(**row._asdict())


class SqlImports:
    """Deliveries, newest last."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, report: ImportReport, quarantined: Sequence[QuarantinedRow]) -> None:
        """Store what a delivery brought."""
        values = {**vars(report), "report": dict(report.report)}
        self._connection.execute(insert(imports).values(values))
        if quarantined:
            rows = [{"import_id": report.import_id, **asdict(row)} for row in quarantined]
            self._connection.execute(insert(quarantine), rows)

    def latest(self) -> ImportReport | None:
        """Return the last delivery, or None."""
        row = self._connection.execute(select(imports).order_by(imports.c.at.desc()).limit(1)).first()
        return None if row is None else _report(row)

    def all(self) -> list[ImportReport]:
        """List every delivery, oldest first."""
        return [_report(row) for row in self._connection.execute(select(imports).order_by(imports.c.at))]

    def quarantined(self, import_id: str) -> list[QuarantinedRow]:
        """List the rows a delivery left in quarantine, in the order of the file."""
        columns = [quarantine.c[name] for name in ("file", "row_number", "field", "reason", "raw")]
        rows = select(*columns).where(quarantine.c.import_id == import_id).order_by(quarantine.c.id)
        return [QuarantinedRow(*row) for row in self._connection.execute(rows)]
