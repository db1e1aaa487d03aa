"""What the workshop knows of each vehicle: its visits, inspections and mileage readings, out of all labour lines."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from guildpost_agent.domain import work_kinds
from guildpost_agent.domain.mileage import Reading
from guildpost_agent.domain.records import Job
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.services.event_rules import AfterEventRule, Event
from guildpost_shared.services.occasion_rules import HuRule, InspectionRule
from guildpost_shared.services.work import Work

# A maker's tyres for all the year, and those that come in pairs; the later line tells what stands on the car.
_ALL_SEASON: Final = re.compile(r"ganzjahres|allwetter|all[- ]?season|4[- ]?season", re.IGNORECASE)
_SEASONAL: Final = re.compile(
    r"(winter|sommer)(reifen|r[äa]e?der|komplettr)|r(ä|ae|a)d(er)?wechsel|umstecken", re.IGNORECASE
)
_DECLINED: Final = re.compile(
    r"\b(nicht (durchgeführt|ausgeführt|gewünscht)|abgelehnt|empfohlen|empfehlung)\b", re.IGNORECASE
)
_LETTERS: Final = re.compile(r"[^\W_]+")


@dataclass
class History:
    """One vehicle's past here; days are order dates, hours are labour.

    Attributes:
        visits: on how many days the vehicle was here.
        done: by service, the day of the last line that shows its work (services whose work is told by words).
        refused: recommended work that was declined and not done since: its words, and the last day.
        tyres: the last day of a line about whole sets of tyres, and whether it names such for all the year.
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
    refused: dict[str, date] = field(default_factory=dict)
    tyres: tuple[date, bool] = (date.min, False)

    @property
    def declined(self) -> date | None:
        """Give the last day on which recommended work was declined that was not done since."""
        return max(self.refused.values(), default=None)

    @property
    def all_season(self) -> bool:
        """Say whether tyres for all the year were the last that were fitted here."""
        return self.tyres[1]

    def last_of(self, service: ServiceDefinition) -> date | None:
        """Give the day on which a service's work was last done here; what a message follows is no answer to it."""
        match service.occasion:
            case HuRule():
                return self.last_hu
            case InspectionRule():
                return self.last_inspection
            case AfterEventRule(event=Event.WORK | Event.VISIT):
                return None
            case _:
                return self.done.get(service.service_id)


NOTHING: Final = History()


_Told = tuple[tuple[str, ...], bool | None]
_NOTHING_TOLD: Final[_Told] = ((), None)


class _Words:
    """Finds the services whose work a text names; a workshop's texts repeat, so each is read once."""

    def __init__(self, works: Mapping[str, Work]) -> None:
        self._works = tuple(works.items())
        self._known: dict[str, _Told] = {}

    def of(self, text: str) -> _Told:
        """Name the services, and say whether tyres are for all the year; None where it is not about sets of tyres."""
        if not self._works:
            return _NOTHING_TOLD
        found = self._known.get(text)
        if found is None:
            services = tuple(one for one, work in self._works if work.fits(text))
            tyres = True if _ALL_SEASON.search(text) else False if _SEASONAL.search(text) else None
            found = self._known[text] = (services, tyres)
        return found


def histories(jobs: Iterable[Job], works: Mapping[str, Work] | None = None) -> dict[str, History]:
    """Gather each vehicle's history; vehicles without a job have none.

    Args:
        jobs: all labour lines, in any order.
        works: by service, the words of its work.
    """
    found: dict[str, History] = {}
    words, lines = _Words(works or {}), tuple(jobs)
    seen: set[tuple[str, date]] = set()
    for job in lines:
        history = found.get(job.vehicle_id)
        if history is None:
            history = found[job.vehicle_id] = History()
        _note(history, job, words)
        visit = (job.vehicle_id, job.order_date)
        if visit not in seen:
            seen.add(visit)
            history.visits += 1
    _strike_done(found, lines)
    return found


def _key(text: str) -> str:
    """Give the words of a line without saying that it was declined."""
    return " ".join(_LETTERS.findall(_DECLINED.sub(" ", text.casefold())))


def _strike_done(found: Mapping[str, History], lines: Iterable[Job]) -> None:
    """Strike what was declined and is named by a later line as done."""
    open_ones = {vehicle_id: history.refused for vehicle_id, history in found.items() if history.refused}
    for job in lines if open_ones else ():
        refused = None if job.declined else open_ones.get(job.vehicle_id)
        if refused and (day := refused.get(key := _key(job.text))) is not None and job.order_date > day:
            del refused[key]


def _note(history: History, job: Job, words: _Words) -> None:
    day = job.order_date
    if history.last_visit is None or day > history.last_visit:
        history.last_visit = day
    if job.invoiced_on is not None:
        history.ever_invoiced = True
    if job.mileage_km:
        history.readings.append((day, job.mileage_km))
    if job.declined:
        key = _key(job.text)
        history.refused[key] = max(day, history.refused.get(key, day))
        return
    services, tyres = words.of(job.text)
    for service_id in services:
        history.done[service_id] = max(day, history.done.get(service_id, day))
    if tyres is not None:
        history.tyres = max(history.tyres, (day, tyres))
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
