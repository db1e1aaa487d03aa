"""A planner's appointments in the mirror, replaced origin by origin."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from guildpost_agent.adapters.sql.tables import appointments
from guildpost_agent.app.ports.planned import PlannedChange
from guildpost_agent.domain.appointments import CANCELLED
from guildpost_agent.domain.records import Appointment

_COLUMNS: Final = [appointments.c[field.name] for field in fields(Appointment)]


class SqlPlanned:
    """A ``Planned`` on the agent's database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def replace(self, origin: str, rows: Sequence[Appointment], now: datetime) -> PlannedChange:
        """Store a planner's appointments in place of its earlier ones."""
        known = self._of(origin)
        brought = {row.appointment_id: _first_known(row, known.get(row.appointment_id)) for row in rows}
        vanished = [
            replace(one, status=CANCELLED)
            for key, one in known.items()
            if key not in brought and one.starts_at >= now and one.status != CANCELLED
        ]
        fresh = [row for key, row in brought.items() if key not in known]
        changed = [row for key, row in brought.items() if key in known and known[key] != row]
        self._store([*fresh, *changed, *vanished])
        return PlannedChange(len(fresh), len(changed), len(brought) - len(fresh) - len(changed), len(vanished))

    def _of(self, origin: str) -> dict[str, Appointment]:
        rows = self._connection.execute(select(*_COLUMNS).where(appointments.c.origin == origin))
        return {row.appointment_id: Appointment(*row) for row in rows}

    def _store(self, rows: Sequence[Appointment]) -> None:
        if not rows:
            return
        statement = insert(appointments)
        values = {column.name: statement.excluded[column.name] for column in _COLUMNS if not column.primary_key}
        upsert = statement.on_conflict_do_update(index_elements=["appointment_id"], set_=values)
        self._connection.execute(upsert, [vars(row) for row in rows])


def _first_known(row: Appointment, known: Appointment | None) -> Appointment:
    return row if known is None else replace(row, created_on=min(row.created_on, known.created_on))
