"""The mirror of the wheel store, read by vehicle."""

from collections.abc import Collection
from dataclasses import fields
from typing import Final

from sqlalchemy import Connection, select

from guildpost_agent.adapters.sql.tables import wheel_sets
from guildpost_agent.domain.records import WheelSet

_COLUMNS: Final = [wheel_sets.c[field.name] for field in fields(WheelSet)]


class SqlWheels:
    """A ``Wheels`` on the agent's database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def of_vehicles(self, vehicle_ids: Collection[str]) -> list[WheelSet]:
        """List the sets of some vehicles; of one customer, so that they are few."""
        wanted = select(*_COLUMNS).where(wheel_sets.c.vehicle_id.in_(sorted(vehicle_ids)))
        return [WheelSet(*row) for row in self._connection.execute(wanted.order_by(wheel_sets.c.wheel_set_id))]
