"""Visits by customer, read as two whole columns.

Past every index: SQLite would otherwise look up twenty thousand customers page by page.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import Final

from sqlalchemy import Connection

from guildpost_agent.adapters.sql.bulk import read_columns
from guildpost_agent.adapters.sql.tables import jobs

_VISIT: Final = ("customer_id", "order_date")


class SqlReminders:
    """A ``Reminders`` on the agent's database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def visit_days(self, customer_ids: Collection[str], since: date) -> dict[str, list[date]]:
        """Give by customer the days of orders made on or after a day, one for each of their lines."""
        found: defaultdict[str, list[date]] = defaultdict(list)
        columns = read_columns(self._connection, jobs, _VISIT)
        for customer_id, day in zip(*columns, strict=True):
            if customer_id in customer_ids and day >= since:
                found[customer_id].append(day)
        return found
