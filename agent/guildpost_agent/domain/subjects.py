"""Whom and what occasions are looked for in: the dealer's vehicles with their keepers, histories and lists."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from guildpost_agent.domain.history import NOTHING, History
from guildpost_agent.domain.records import Customer, Vehicle

FirstFrost = Callable[[str, int], date | None]
"""Gives the first frost of an autumn at a postcode, where a table knows it."""


def no_frost(_postcode: str, _year: int) -> date | None:
    """Know nothing of the weather."""
    return None


@dataclass(frozen=True)
class Subjects:
    """Everything that a rule may ask.

    Attributes:
        vehicles: all vehicles, in any order.
        histories: what the workshop knows, by vehicle.
        customers: by number; empty where only rules of vehicles are asked.
        listed: by list, the vehicles that it names, with the day they were entered.
        first_frost: of a postcode and year.
    """

    vehicles: Sequence[Vehicle]
    histories: Mapping[str, History]
    customers: Mapping[str, Customer] = field(default_factory=dict)
    listed: Mapping[str, Mapping[str, date]] = field(default_factory=dict)
    first_frost: FirstFrost = no_frost

    def history(self, vehicle_id: str) -> History:
        """Give a vehicle's past here."""
        return self.histories.get(vehicle_id, NOTHING)

    @cached_property
    def by_id(self) -> dict[str, Vehicle]:
        """Give the vehicles by number."""
        return {vehicle.vehicle_id: vehicle for vehicle in self.vehicles}

    @cached_property
    def by_customer(self) -> dict[str, list[Vehicle]]:
        """Give each customer's present vehicles, the one seen here last first."""
        kept: dict[str, list[Vehicle]] = {}
        for vehicle in self.vehicles:
            if not (vehicle.sold_on or vehicle.deregistered_on or vehicle.missing_since or vehicle.in_stock):
                kept.setdefault(vehicle.customer_id, []).append(vehicle)
        for vehicles in kept.values():
            if len(vehicles) > 1:
                vehicles.sort(key=self._lately)
        return kept

    def _lately(self, vehicle: Vehicle) -> tuple[int, str]:
        return -(self.history(vehicle.vehicle_id).last_visit or date.min).toordinal(), vehicle.vehicle_id
