"""Reminders that left, with few columns of their customers and vehicles.

Whole columns are read, past every index: SQLite would otherwise look up twenty thousand customers page by page.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection, select

from guildpost_agent.adapters.sql.bulk import read_rows
from guildpost_agent.adapters.sql.tables import customers, jobs, touchpoints, vehicles
from guildpost_agent.app.ports.reminders import LeftReminder
from guildpost_agent.domain.touchpoint_states import CONTACTS, WAITING

_GONE_OUT: Final = CONTACTS - WAITING
_TOUCHPOINT: Final = (
    "touchpoint_id",
    "occasion_id",
    "customer_id",
    "service_id",
    "channel",
    "due_date",
    "lead_days",
    "arm",
    "vehicle_id",
    "state",
    "planned_at",
)
_COLUMNS: Final = _TOUCHPOINT.index("vehicle_id")
_VEHICLE: Final = ("vehicle_id", "customer_id", "first_registration")
_VISIT: Final = ("customer_id", "order_date")


class SqlReminders:
    """A ``Reminders`` on the agent's database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def left(self, service_ids: Collection[str], since: datetime) -> list[LeftReminder]:
        """List the reminders of some services that left and were planned for an instant or later."""
        companies = set(self._connection.scalars(select(customers.c.customer_id).where(customers.c.is_business)))
        vehicle_rows = read_rows(self._connection, vehicles, _VEHICLE)
        registered = {(vehicle_id, keeper): day for vehicle_id, keeper, day in vehicle_rows}
        found = []
        for row in read_rows(self._connection, touchpoints, _TOUCHPOINT):
            _, _, customer_id, service_id, *_, vehicle_id, state, planned_at = row
            if state in _GONE_OUT and planned_at >= since and service_id in service_ids:
                known = (customer_id in companies, registered.get((vehicle_id, customer_id)))
                found.append(LeftReminder(*(*row[:_COLUMNS], *known)))
        return found

    def visit_days(self, customer_ids: Collection[str], since: date) -> dict[str, list[date]]:
        """Give by customer the days of orders made on or after a day."""
        found: defaultdict[str, list[date]] = defaultdict(list)
        for customer_id, day in set(read_rows(self._connection, jobs, _VISIT)):
            if day >= since and customer_id in customer_ids:
                found[customer_id].append(day)
        return found
