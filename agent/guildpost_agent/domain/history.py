"""What the workshop knows of each vehicle: its visits, inspections and mileage readings, out of all labour lines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from guildpost_agent.domain import work_kinds
from guildpost_agent.domain.mileage import Reading
from guildpost_agent.domain.records import Job
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.services.occasion_rules import HuRule, InspectionRule
from guildpost_shared.services.work import Work


@dataclass
class History:
    """One vehicle's past here; days are order dates, hours are labour.

    Attributes:
        visits: on how many days the vehicle was here.
        done: by service, the day of the last line that shows its work (services whose work is told by words).
        declined: the last day on which recommended work was declined.
    """

    last_visit: date | None = None
    ever_invoiced: bool = False
    last_hu: date | None = None
    last_inspection: date | None = None
    inspection_km: int | None = None
    readings: list[Reading] = field(default_factory=list)
    visits: int = 0
    hours: float = 0.0
    done: dict[str, date] = field(default_factory=dict)
    declined: date | None = None

    def last_of(self, service: ServiceDefinition) -> date | None:
        """Give the day on which a service's work was last done here."""
        match service.occasion:
            case HuRule():
                return self.last_hu
            case InspectionRule():
                return self.last_inspection
            case _:
                return self.done.get(service.service_id)


NOTHING: Final = History()


class _Words:
    """Finds the services whose work a text names; a workshop's texts repeat, so each is read once."""

    def __init__(self, works: Mapping[str, Work]) -> None:
        self._works = tuple(works.items())
        self._known: dict[str, tuple[str, ...]] = {}

    def of(self, text: str) -> tuple[str, ...]:
        """Name the services."""
        if not self._works:
            return ()
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = tuple(one for one, work in self._works if work.fits(text))
        return found


def histories(jobs: Iterable[Job], works: Mapping[str, Work] | None = None) -> dict[str, History]:
    """Gather each vehicle's history; vehicles without a job have none.

    Args:
        jobs: all labour lines, in any order.
        works: by service, the words of its work.
    """
    found: dict[str, History] = {}
    words = _Words(works or {})
    seen: set[tuple[str, date]] = set()
    for job in jobs:
        history = found.get(job.vehicle_id)
        if history is None:
            history = found[job.vehicle_id] = History()
        _note(history, job, words)
        visit = (job.vehicle_id, job.order_date)
        if visit not in seen:
            seen.add(visit)
            history.visits += 1
    return found


def _note(history: History, job: Job, words: _Words) -> None:
    day = job.order_date
    if history.last_visit is None or day > history.last_visit:
        history.last_visit = day
    if job.invoiced_on is not None:
        history.ever_invoiced = True
    if job.mileage_km:
        history.readings.append((day, job.mileage_km))
    if job.declined:
        history.declined = max(day, history.declined or day)
        return
    for service_id in words.of(job.text):
        history.done[service_id] = max(day, history.done.get(service_id, day))
    if job.hours:
        history.hours += job.hours
    if job.kind == work_kinds.HU:
        history.last_hu = max(day, history.last_hu or day)
    elif job.kind == work_kinds.INSPECTION:
        _note_inspection(history, job)


def _note_inspection(history: History, job: Job) -> None:
    known = (history.last_inspection or date.min, history.inspection_km or 0)
    if (job.order_date, job.mileage_km or 0) > known:
        history.last_inspection, history.inspection_km = job.order_date, job.mileage_km
