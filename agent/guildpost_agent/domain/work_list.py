"""What a person at the dealership should look at: vehicles whose due date cannot be believed.

A stale date is never written about. Each such vehicle is listed once, with the reason, what is worth doing, and a
priority, so that the few worth a call stand on top of the many that belong in the archive.

    call            known here and worth it: was here within five years, or often
    check_sticker   comes here anyway: look at the HU sticker and correct the date
    archive         never here, or not for so long that the vehicle is gone for all anybody knows
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from guildpost_agent.domain.due_dates import DueDate
from guildpost_agent.domain.history import NOTHING, History
from guildpost_agent.domain.months import months_between
from guildpost_agent.domain.records import Triage, Vehicle

# A regular guest comes at least once in this time; one whom nobody saw for the longer time has another workshop or car
# (12–15 of a hundred cars change hands each year).
REGULAR_MONTHS: Final = 18
LOST_MONTHS: Final = 60
FREQUENT_VISITS: Final = 4
_MOST_PRIORITY: Final = 100


class StaleReason(StrEnum):
    """Why a date cannot be believed."""

    NEVER_HERE = "never_here"
    PASSED_UNSEEN = "passed_unseen"
    ONLY_REGISTRATION = "only_registration"
    NO_DATE = "no_date"


class Action(StrEnum):
    """What is worth doing."""

    CALL = "call"
    CHECK_STICKER = "check_sticker"
    ARCHIVE = "archive"


@dataclass(frozen=True)
class WorkItem:
    """One vehicle to look at.

    Attributes:
        known_due: the month that the DMS names, long past.
        passed_months: so many months ago.
        priority: 0 (archive) … 100 (call first), by what the vehicle brought: visits, hours, how lately.
    """

    vehicle_id: str
    customer_id: str
    plate: str
    make: str
    model: str
    reason: StaleReason
    action: Action
    known_due: date | None
    passed_months: int | None
    last_visit: date | None
    visits: int
    confidence: float
    priority: int


COLUMNS: Final = tuple(WorkItem.__dataclass_fields__)


def work_list(
    vehicles: Iterable[Vehicle],
    histories: Mapping[str, History],
    due_dates: Mapping[str, DueDate],
    today: date,
    booked: frozenset[str] = frozenset(),
) -> list[WorkItem]:
    """List the vehicles whose inspection date is stale or missing, the most valuable first.

    Args:
        vehicles: all vehicles; those that are sold, deregistered, in stock or gone from the DMS are left out.
        histories: what the workshop knows, by vehicle.
        due_dates: when the periodic inspection is due, by vehicle; none means that nothing is known.
        today: the dealer's local day.
        booked: vehicles with an open appointment.
    """
    items = []
    for vehicle in vehicles:
        if vehicle.deregistered_on or vehicle.sold_on or vehicle.in_stock or vehicle.missing_since:
            continue
        due = due_dates.get(vehicle.vehicle_id)
        if due is None or due.triage is Triage.STALE:
            history = histories.get(vehicle.vehicle_id, NOTHING)
            items.append(_item(vehicle, history, due, today, booked=vehicle.vehicle_id in booked))
    return sorted(items, key=lambda item: (-item.priority, item.passed_months or 0, item.vehicle_id))


def _item(vehicle: Vehicle, history: History, due: DueDate | None, today: date, *, booked: bool) -> WorkItem:
    passed = None if vehicle.next_hu is None else max(0, months_between(vehicle.next_hu, today))
    away = None if history.last_visit is None else months_between(history.last_visit, today)
    action = Action.CHECK_STICKER if booked else _action(away, history.visits)
    return WorkItem(
        vehicle_id=vehicle.vehicle_id,
        customer_id=vehicle.customer_id,
        plate=vehicle.plate,
        make=vehicle.make,
        model=vehicle.model,
        reason=_reason(due, history),
        action=action,
        known_due=vehicle.next_hu,
        passed_months=passed,
        last_visit=history.last_visit,
        visits=history.visits,
        confidence=0.0 if due is None else due.confidence,
        priority=0 if action is Action.ARCHIVE else _priority(away, history),
    )


def _reason(due: DueDate | None, history: History) -> StaleReason:
    if due is None:
        return StaleReason.NO_DATE
    if due.source == "registration":
        return StaleReason.ONLY_REGISTRATION
    return StaleReason.NEVER_HERE if history.last_visit is None else StaleReason.PASSED_UNSEEN


def _action(away_months: int | None, visits: int) -> Action:
    if away_months is None:
        return Action.ARCHIVE
    if away_months <= REGULAR_MONTHS:
        return Action.CHECK_STICKER
    return Action.CALL if away_months <= LOST_MONTHS or visits >= FREQUENT_VISITS else Action.ARCHIVE


def _priority(away_months: int | None, history: History) -> int:
    """Weigh what a vehicle brought: ten points a visit, five an hour, halved for every two years away; at least 1."""
    worth = 10.0 + 10 * history.visits + 5 * history.hours
    kept = float(0.5 ** ((away_months or 0) / 24))
    return max(1, min(_MOST_PRIORITY, round(worth * kept)))


def csv_row(item: WorkItem) -> tuple[str, ...]:
    """Write an item as texts in the order of ``COLUMNS``; days as ISO dates, nothing as an empty text."""
    values = (getattr(item, name) for name in COLUMNS)
    return tuple(_text(value) for value in values)


def _text(value: object) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)
