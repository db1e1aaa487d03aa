"""How promising a service is, and why."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.records import Occasion, Triage
from guildpost_agent.domain.segments.definitions import Factor
from guildpost_agent.domain.segments.potential import Potential, score_services
from tests.factories.agent import a_job, a_vehicle
from tests.fakes.reference_data import InMemoryReferenceData

TODAY = date(2027, 3, 1)
SHIPPED = InMemoryReferenceData().definitions()
EVERYTHING = replace(SHIPPED, least_score=0.0)
CAR = a_vehicle(first_registration=date(2027, 3, 1))


def _due(in_days: int, *, confidence: float = 1.0, triage: Triage = Triage.TRUSTED) -> Occasion:
    due = TODAY + timedelta(days=in_days)
    return Occasion("O1", "1", "V1", "hu_au", due, "dms", confidence, triage)


def _score(*occasions: Occasion, service_id: str = "hu_au", **changes: Any) -> Potential:
    vehicle = replace(CAR, **changes)
    found = score_services([vehicle], [], occasions, EVERYTHING, TODAY)
    return next(one for one in found if one.service_id == service_id)


@pytest.mark.parametrize(
    ("occasion", "share"),
    [
        (_due(0), 0.7),
        (_due(-20), 0.7),
        (_due(30), 0.35),
        (_due(60), 0.0),
        (_due(400), 0.0),
        (_due(0, confidence=0.5), 0.35),
        (_due(0, confidence=0.9, triage=Triage.STALE), 0.0),
    ],
    ids=["today", "overdue", "half-way", "just outside", "far away", "half believed", "stale"],
)
def test_a_due_date_counts_by_nearness_and_confidence(occasion: Occasion, share: float) -> None:
    assert share == pytest.approx(_score(occasion).score)


def test_of_several_due_dates_the_most_promising_counts() -> None:
    assert _score(_due(0)).score == _score(_due(50), _due(0), _due(0, confidence=0.1)).score


def test_each_factor_is_named_with_its_share_the_largest_first() -> None:
    jobs = [a_job(order_date=date(2026, 9, 1))]
    old = replace(CAR, first_registration=date(2022, 3, 1))
    (found,) = (one for one in score_services([old], jobs, [_due(0)], EVERYTHING, TODAY) if one.service_id == "hu_au")
    assert ["due", "absence", "age"] == [name for name, _ in found.reasons]
    assert [0.7, 0.1, 0.05] == pytest.approx([share for _, share in found.reasons], abs=0.002)


@pytest.mark.parametrize(
    ("days_ago", "score"), [(0, 0.0), (183, 0.1), (365, 0.2), (1000, 0.2), (1200, 0.0)],
    ids=["today", "half a year", "a year", "years", "long gone"],
)  # fmt: skip
def test_absence_grows_until_the_vehicle_is_probably_gone(days_ago: int, score: float) -> None:
    jobs = [a_job(order_date=TODAY - timedelta(days=days_ago))]
    (found,) = (one for one in score_services([CAR], jobs, [], EVERYTHING, TODAY) if one.service_id == "hu_au")
    assert score == pytest.approx(found.score, abs=0.002)


@pytest.mark.parametrize(
    ("text", "day", "score"),
    [
        ("Bremsbeläge vorne: Reparatur vom Kunden ABGELEHNT", date(2027, 1, 4), 1.0),
        ("Zahnriemen nicht gewünscht", date(2026, 3, 1), 1.0),
        ("Zahnriemen nicht gewünscht", date(2026, 2, 28), 0.0),
        ("Bremsbeläge vorne ersetzt", date(2027, 1, 4), 0.0),
    ],
    ids=["declined", "a year ago", "over a year ago", "done"],
)
def test_declined_work_is_remembered_for_a_year(text: str, day: date, score: float) -> None:
    found = score_services([CAR], [a_job(text=text, order_date=day)], [], EVERYTHING, TODAY)
    assert [score] == [one.score for one in found if one.service_id == "declined_work"]


@pytest.mark.parametrize(
    "changes",
    [{"sold_on": TODAY}, {"deregistered_on": TODAY}, {"in_stock": True}, {"customer_id": ""}],
    ids=["sold", "deregistered", "for sale", "no keeper"],
)
def test_a_vehicle_that_nobody_drives_has_no_potential(changes: dict[str, Any]) -> None:
    gone = replace(CAR, **changes)
    assert [] == score_services([gone], [], [_due(0)], EVERYTHING, TODAY)


def test_little_potential_is_not_kept() -> None:
    assert ["hu_au"] == [one.service_id for one in score_services([CAR], [], [_due(30)], SHIPPED, TODAY)]
    assert [] == score_services([CAR], [], [_due(55)], SHIPPED, TODAY)


@given(
    st.integers(-400, 400),
    st.floats(0, 1),
    st.none() | st.integers(0, 900_000),
    st.none() | st.dates(date(1950, 1, 1), date(2028, 1, 1)),
    st.lists(st.dates(date(2015, 1, 1), date(2028, 1, 1)), max_size=4),
)
def test_a_score_lies_between_0_and_1_and_is_the_sum_of_its_reasons(
    in_days: int, confidence: float, mileage_km: int | None, registered: date | None, visits: list[date]
) -> None:
    vehicle = replace(CAR, mileage_km=mileage_km, first_registration=registered)
    jobs = [a_job(f"J{index}", order_date=day) for index, day in enumerate(visits)]
    for one in score_services([vehicle], jobs, [_due(in_days, confidence=confidence)], EVERYTHING, TODAY):
        assert 0 <= one.score <= 1 + 1e-9
        assert one.score == pytest.approx(sum(share for _, share in one.reasons))
        assert {name for name, _ in one.reasons} <= set(Factor)
