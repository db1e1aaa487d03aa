"""What fell due lately and was not done is still an occasion, whoever knew the day: the DMS or the workshop itself."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from guildpost_agent.domain.history import histories
from guildpost_agent.domain.occasions import find
from guildpost_agent.domain.records import Occasion, Triage
from guildpost_agent.domain.subjects import Subjects
from guildpost_shared.services.definition import Touch
from tests.factories.agent import a_job, a_vehicle
from tests.factories.standard_services import standard_services

TODAY = date(2027, 5, 12)
HU = next(one for one in standard_services() if one.service_id == "hu_au")
INSPECTION = next(one for one in standard_services() if one.service_id == "inspection")
CARE = replace(INSPECTION, touches=(*INSPECTION.touches, Touch("overdue", -5, -40, -10)))
"""Maintenance as a dealer may run it, with a message after the due date."""
UNKNOWN = {"next_hu": None, "next_service": None, "next_service_km": None, "first_registration": date(2018, 4, 1)}


def found(vehicle: dict[str, Any], *jobs: tuple[str, date], service: Any = HU) -> list[Occasion]:
    car = a_vehicle("V1", **{**UNKNOWN, **vehicle})
    lines = [a_job(f"V1:{n}", vehicle_id="V1", kind=kind, order_date=day) for n, (kind, day) in enumerate(jobs)]
    subjects = Subjects([car], histories(lines), {})
    return [one for one in find(subjects, [service], TODAY) if one.due_date < TODAY]


@pytest.mark.parametrize(
    ("vehicle", "jobs", "source"),
    [
        pytest.param({"next_hu": date(2027, 4, 1)}, [], "dms", id="the DMS named the month"),
        pytest.param({}, [("hu", date(2025, 4, 9))], "job", id="the last one was here two years ago"),
        pytest.param({"next_hu": date(2025, 4, 1)}, [("hu", date(2025, 4, 9))], "job", id="the DMS was never told"),
    ],
)
def test_an_inspection_that_was_due_last_month_is_overdue(
    vehicle: dict[str, Any], jobs: list[tuple[str, date]], source: str
) -> None:
    (one,) = found(vehicle, *jobs)
    assert (one.due_date, one.source, one.triage) == (date(2027, 4, 30), source, Triage.TRUSTED)


@pytest.mark.parametrize(
    ("vehicle", "jobs"),
    [
        pytest.param({}, [("hu", date(2025, 4, 9)), ("hu", date(2027, 5, 3))], id="done here since"),
        pytest.param({"next_hu": date(2029, 4, 1)}, [("hu", date(2025, 4, 9))], id="done elsewhere, says the DMS"),
        pytest.param({}, [("hu", date(2025, 2, 9))], id="due longer ago than its last message"),
        pytest.param({}, [("hu", date(2025, 6, 9))], id="due next month"),
        pytest.param({}, [], id="known from the registration only"),
    ],
)
def test_what_is_done_or_far_or_guessed_is_not_overdue(vehicle: dict[str, Any], jobs: list[tuple[str, date]]) -> None:
    assert found(vehicle, *jobs) == []


@pytest.mark.parametrize(
    ("vehicle", "jobs", "due"),
    [
        pytest.param({"next_service": date(2027, 4, 20)}, [], [date(2027, 4, 20)], id="the DMS named the day"),
        pytest.param(
            {}, [("inspection", date(2025, 4, 25))], [date(2027, 4, 25)], id="two years after the last one here"
        ),
        pytest.param(
            {"next_service": date(2027, 4, 20)},
            [("inspection", date(2025, 4, 25))],
            [date(2027, 4, 20)],
            id="both, and it is one inspection",
        ),
        pytest.param({}, [("inspection", date(2025, 4, 25)), ("inspection", date(2027, 5, 3))], [], id="done since"),
        pytest.param({"next_service": date(2027, 3, 20)}, [], [], id="longer ago than its last message"),
    ],
)
def test_maintenance_is_overdue_only_where_a_message_comes_after_its_day(
    vehicle: dict[str, Any], jobs: list[tuple[str, date]], due: list[date]
) -> None:
    assert [one.due_date for one in found(vehicle, *jobs, service=CARE)] == due
    assert found(vehicle, *jobs, service=INSPECTION) == []
