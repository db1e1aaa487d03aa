"""The vehicles whose due dates are asked for, in columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

import numpy as np

from guildpost_agent.domain.columns import NEVER, Bools, Days, Months, day_column, months_of
from guildpost_agent.domain.history import NOTHING, History
from guildpost_agent.domain.records import Vehicle


@dataclass(frozen=True)
class Garage:
    """Vehicles with what the workshop knows of each; every column is worked out once, when it is asked for."""

    vehicles: Sequence[Vehicle]
    histories: Sequence[History]

    def __len__(self) -> int:
        """Count the vehicles."""
        return len(self.vehicles)

    def _days(self, name: str, records: Sequence[Vehicle | History]) -> Days:
        """Put one field of all records into a column."""
        return day_column(map(attrgetter(name), records), len(self))

    @cached_property
    def registered(self) -> Days:
        """The days of first registration."""
        return self._days("first_registration", self.vehicles)

    @cached_property
    def delivered(self) -> Days:
        """The days on which they were handed over, new or used."""
        return self._days("delivered_on", self.vehicles)

    @cached_property
    def warranty_end(self) -> Days:
        """The days on which the warranty ends."""
        return self._days("warranty_end", self.vehicles)

    @cached_property
    def lease_end(self) -> Days:
        """The days on which the contract ends."""
        return self._days("lease_end", self.vehicles)

    @cached_property
    def registered_month(self) -> Months:
        """The months of first registration."""
        return months_of(self.registered)

    @cached_property
    def keeper_month(self) -> Months:
        """The months since which the keepers have them."""
        return months_of(self._days("keeper_since", self.vehicles))

    @cached_property
    def named_hu(self) -> Months:
        """The months that the DMS names for the periodic inspection."""
        return months_of(self._days("next_hu", self.vehicles))

    @cached_property
    def named_service(self) -> Days:
        """The days that the DMS names for maintenance."""
        return self._days("next_service", self.vehicles)

    @cached_property
    def last_hu(self) -> Months:
        """The months of the last periodic inspection here."""
        return months_of(self._days("last_hu", self.histories))

    @cached_property
    def last_inspection(self) -> Days:
        """The days of the last maintenance here."""
        return self._days("last_inspection", self.histories)

    @cached_property
    def last_visit(self) -> Days:
        """The days of the last visit."""
        return self._days("last_visit", self.histories)

    @cached_property
    def stranger(self) -> Bools:
        """Whether a vehicle was never here: no visit, no invoice."""
        invoiced = np.fromiter(map(attrgetter("ever_invoiced"), self.histories), np.bool_, len(self))
        found: Bools = (self.last_visit == NEVER) & ~invoiced
        return found


def garage_of(vehicles: Sequence[Vehicle], histories: Mapping[str, History]) -> Garage:
    """Bring vehicles and their histories together; who has none was never here."""
    return Garage(vehicles, [histories.get(vehicle.vehicle_id, NOTHING) for vehicle in vehicles])
