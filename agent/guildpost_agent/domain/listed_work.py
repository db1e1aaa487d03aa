"""When an entry of a vehicle list is done: by a labour line that names its campaign, or that is work of its kind.

    named     a line bears the entry's reference as a word (``Rückruf 69 X1 durchgeführt``), whenever it was written
    of kind   a line since the entry came bears the words of the service (``Rückrufaktion``), where the vehicle has one
              open entry of the list: of two nobody can tell which one is meant

A line that says that work was declined, recommended or not done is none.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Final

from guildpost_agent.domain.records import Job
from guildpost_agent.domain.vehicle_lists import ListEntry
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.services.event_rules import ListRule
from guildpost_shared.services.work import Work

_SHORTEST: Final = 3
"""A reference of two characters is found in any text."""
_NOT_DONE: Final = re.compile(
    r"abgelehnt|empfohlen|nicht (durchgeführt|ausgeführt|gewünscht)|bestellt|vorgemerkt|kostenvoranschlag",
    re.IGNORECASE,
)


def works_of_lists(services: Iterable[ServiceDefinition]) -> dict[str, Work]:
    """Give by list the words of the work that is done for its entries."""
    return {
        service.occasion.list_id: service.work
        for service in services
        if isinstance(service.occasion, ListRule) and service.work is not None
    }


def done_entries(
    entries: Sequence[ListEntry], jobs: Iterable[Job], works: Mapping[str, Work]
) -> list[tuple[ListEntry, date]]:
    """Find the entries of one vehicle that are done, each with the day of its work.

    Args:
        entries: the vehicle's open ones, of any list.
        jobs: the vehicle's labour lines.
        works: by list, the words of its work.
    """
    lines = [job for job in jobs if not job.declined and not _NOT_DONE.search(job.text)]
    found = []
    for entry in entries:
        alone = sum(other.list_id == entry.list_id for other in entries) == 1
        days = [job.order_date for job in lines if _is_done(entry, job, works.get(entry.list_id) if alone else None)]
        if days:
            found.append((entry, max(days)))
    return found


def _is_done(entry: ListEntry, job: Job, work: Work | None) -> bool:
    named = _reference(entry.reference)
    if named is not None and named.search(job.text):
        return True
    return work is not None and job.order_date >= entry.entered_on and work.fits(job.text)


@lru_cache(maxsize=1_024)
def _reference(reference: str) -> re.Pattern[str] | None:
    """Give what finds a reference as a word, however its characters are set apart; None where it is too short."""
    characters = re.findall(r"[^\W_]", reference)
    if len(characters) < _SHORTEST or not any(one.isdigit() for one in characters):
        return None
    return re.compile(r"(?<!\w)" + r"[\W_]?".join(map(re.escape, characters)) + r"(?!\w)", re.IGNORECASE)
