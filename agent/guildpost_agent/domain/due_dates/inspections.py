"""Ask for the inspections of many vehicles, or of one."""

from datetime import date

import numpy as np

from guildpost_agent.domain.columns import day_number, month_of
from guildpost_agent.domain.due_dates.hu import HuCycles, hu_dues
from guildpost_agent.domain.due_dates.maintenance import inspection_dues
from guildpost_agent.domain.due_dates.values import Due, DueDate
from guildpost_agent.domain.due_dates.vehicles import Garage
from guildpost_agent.domain.history import NOTHING, History
from guildpost_agent.domain.records import Vehicle
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.services.occasion_rules import HuRule, InspectionRule, MaintenanceInterval


class DueDates:
    """The due dates of one inspection service."""

    def __init__(self, service: ServiceDefinition) -> None:
        self.service_id = service.service_id
        self._rule = service.occasion

    def of(self, garage: Garage, today: date) -> Due:
        """Say when each vehicle is due."""
        if isinstance(self._rule, HuRule):
            return hu_dues(garage, self._rule, day_number(today))
        if isinstance(self._rule, InspectionRule):
            return inspection_dues(garage, self._rule, day_number(today))
        return Due.unknown(len(garage))


def hu_due(vehicle: Vehicle, history: History, rule: HuRule, today: date) -> DueDate | None:
    """Say when one vehicle's periodic inspection is due; None when nothing at all is known."""
    return hu_dues(Garage([vehicle], [history]), rule, day_number(today)).at(0)


def inspection_due(vehicle: Vehicle, history: History, interval: MaintenanceInterval, today: date) -> DueDate | None:
    """Say when one vehicle's maintenance is due; None when nothing is known or the vehicle has none (trailers)."""
    return inspection_dues(Garage([vehicle], [history]), InspectionRule((interval,)), day_number(today)).at(0)


def hu_interval_months(vehicle: Vehicle, rule: HuRule, day: date) -> int:
    """Say for how many months a HU done on a day holds."""
    return int(HuCycles(Garage([vehicle], [NOTHING]), rule).after(np.array([month_of(day)]))[0])
