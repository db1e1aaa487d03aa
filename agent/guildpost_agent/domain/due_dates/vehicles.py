"""The vehicles whose due dates are asked for, in columns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from guildpost_agent.domain.columns import NEVER, Bools, Days, Months, Numbers, day_column, months_of
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

    def by_class(self, value: Callable[[str], int]) -> Numbers:
        """Give each vehicle the value of its class, which is asked for once."""
        names, at = self._classes
        return np.array([value(name) for name in names], np.int64)[at]

    @cached_property
    def _classes(self) -> tuple[list[str], Numbers]:
        """Name the classes, and say which of them each vehicle has."""
        given = [one.vehicle_class for one in self.vehicles]
        at = {name: number for number, name in enumerate(dict.fromkeys(given))}
        return list(at), np.fromiter(map(at.__getitem__, given), np.int64, len(given))

    @cached_property
    def registered(self) -> Days:
        """The days of first registration."""
        return day_column([one.first_registration for one in self.vehicles])

    @cached_property
    def delivered(self) -> Days:
        """The days on which they were handed over, new or used."""
        return day_column([one.delivered_on for one in self.vehicles])

    @cached_property
    def warranty_end(self) -> Days:
        """The days on which the warranty ends."""
        return day_column([one.warranty_end for one in self.vehicles])

    @cached_property
    def lease_end(self) -> Days:
        """The days on which the contract ends."""
        return day_column([one.lease_end for one in self.vehicles])

    @cached_property
    def registered_month(self) -> Months:
        """The months of first registration."""
        return months_of(self.registered)

    @cached_property
    def keeper_month(self) -> Months:
        """The months since which the keepers have them."""
        return months_of(day_column([one.keeper_since for one in self.vehicles]))

    @cached_property
    def named_hu(self) -> Months:
        """The months that the DMS names for the periodic inspection."""
        return months_of(day_column([one.next_hu for one in self.vehicles]))

    @cached_property
    def named_service(self) -> Days:
        """The days that the DMS names for maintenance."""
        return day_column([one.next_service for one in self.vehicles])

    @cached_property
    def last_hu(self) -> Months:
        """The months of the last periodic inspection here."""
        return months_of(day_column([one.last_hu for one in self.histories]))

    @cached_property
    def last_inspection(self) -> Days:
        """The days of the last maintenance here."""
        return day_column([one.last_inspection for one in self.histories])

    @cached_property
    def last_visit(self) -> Days:
        """The days of the last visit."""
        return day_column([one.last_visit for one in self.histories])

    @cached_property
    def stranger(self) -> Bools:
        """Whether a vehicle was never here: no visit, no invoice."""
        invoiced = np.array([one.ever_invoiced for one in self.histories], np.bool_)
        found: Bools = (self.last_visit == NEVER) & ~invoiced
        return found


def garage_of(vehicles: Sequence[Vehicle], histories: Mapping[str, History]) -> Garage:
    """Bring vehicles and their histories together; who has none was never here."""
    return Garage(vehicles, [histories.get(vehicle.vehicle_id, NOTHING) for vehicle in vehicles])
