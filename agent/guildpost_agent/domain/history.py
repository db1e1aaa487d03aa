"""What the workshop knows of each vehicle: its visits, inspections and mileage readings, out of all labour lines."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from guildpost_agent.domain import work_kinds
from guildpost_agent.domain.mileage import Reading
from guildpost_agent.domain.records import Job


@dataclass
class History:
    """One vehicle's past here; days are order dates, hours are labour.

    Attributes:
        visits: on how many days the vehicle was here.
    """

    last_visit: date | None = None
    ever_invoiced: bool = False
    last_hu: date | None = None
    last_inspection: date | None = None
    inspection_km: int | None = None
    readings: list[Reading] = field(default_factory=list)
    visits: int = 0
    hours: float = 0.0

    def last(self, kind: str) -> date | None:
        """Give the day of the last work of a kind."""
        return {work_kinds.HU: self.last_hu, work_kinds.INSPECTION: self.last_inspection}.get(kind)


NOTHING: Final = History()


def histories(jobs: Iterable[Job]) -> dict[str, History]:
    """Gather each vehicle's history; vehicles without a job have none."""
    found: dict[str, History] = {}
    seen: set[tuple[str, date]] = set()
    for job in jobs:
        history = found.get(job.vehicle_id)
        if history is None:
            history = found[job.vehicle_id] = History()
        day = job.order_date
        if history.last_visit is None or day > history.last_visit:
            history.last_visit = day
        visit = (job.vehicle_id, day)
        if visit not in seen:
            seen.add(visit)
            history.visits += 1
        if job.hours:
            history.hours += job.hours
        if job.invoiced_on is not None:
            history.ever_invoiced = True
        if job.mileage_km:
            history.readings.append((day, job.mileage_km))
        if job.kind == work_kinds.HU and (history.last_hu is None or day > history.last_hu):
            history.last_hu = day
        elif job.kind == work_kinds.INSPECTION:
            _note_inspection(history, job)
    return found


def _note_inspection(history: History, job: Job) -> None:
    known = (history.last_inspection or date.min, history.inspection_km or 0)
    if (job.order_date, job.mileage_km or 0) > known:
        history.last_inspection, history.inspection_km = job.order_date, job.mileage_km
