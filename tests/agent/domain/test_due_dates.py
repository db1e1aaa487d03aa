from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_agent.domain.due_dates import (
    CONFIDENCE_AGREED,
    CONFIDENCE_DMS,
    CONFIDENCE_DOUBTED,
    CONFIDENCE_JOB,
    DueDate,
    hu_due,
    hu_interval_months,
    inspection_due,
)
from guildpost_agent.domain.history import History
from guildpost_agent.domain.months import add_months, last_of
from guildpost_agent.domain.records import Triage
from guildpost_demo.catalogue import targets
from guildpost_shared.services.definition import parse_service
from guildpost_shared.services.occasion_rules import HuRule, InspectionRule, MaintenanceInterval
from tests.factories.agent import TODAY, a_service, a_vehicle


def _rules() -> tuple[HuRule, MaintenanceInterval]:
    hu, maintenance = a_service("hu_au").occasion, a_service("inspection").occasion
    assert isinstance(hu, HuRule)
    assert isinstance(maintenance, InspectionRule)
    return hu, maintenance.intervals[0]


RULE, INTERVAL = _rules()


@pytest.mark.parametrize(
    ("vehicle", "history", "expected"),
    [
        pytest.param(
            {"next_hu": date(2027, 5, 1)}, {}, (date(2027, 5, 31), "dms", Triage.TRUSTED), id="a month of the system"
        ),
        pytest.param(
            {"next_hu": date(2027, 3, 1)}, {}, (date(2027, 3, 31), "dms", Triage.TRUSTED), id="the running month"
        ),
        pytest.param(
            {"next_hu": None}, {"last_hu": date(2025, 4, 28)}, (date(2027, 4, 30), "job", Triage.TRUSTED),
            id="an inspection here, two years ago",
        ),
        pytest.param(
            {"next_hu": date(2026, 2, 1), "first_registration": date(2018, 2, 3)}, {"last_visit": date(2026, 9, 1)},
            (date(2028, 2, 29), "rolled", Triage.ESTIMATED), id="a past month rolled by one cycle, in a leap year",
        ),
        pytest.param(
            {"next_hu": date(2021, 5, 1), "first_registration": date(2014, 5, 3)}, {},
            (date(2027, 5, 31), "rolled", Triage.STALE), id="three cycles without a visit",
        ),
        pytest.param(
            {"next_hu": date(2021, 5, 1), "first_registration": date(2014, 5, 3)}, {"last_visit": date(2025, 9, 1)},
            (date(2027, 5, 31), "rolled", Triage.ESTIMATED), id="three cycles, but a visit meanwhile",
        ),
        pytest.param(
            {"next_hu": None, "first_registration": date(2024, 6, 15)}, {},
            (date(2027, 6, 30), "registration", Triage.ESTIMATED), id="the first inspection of a new car",
        ),
        pytest.param(
            {"next_hu": None, "first_registration": date(2015, 6, 15)}, {},
            (date(2028, 6, 30), "registration", Triage.STALE), id="an old car nobody has seen",
        ),
        pytest.param(
            {"next_hu": None, "first_registration": date(2025, 6, 15), "vehicle_class": "taxi"}, {},
            (date(2027, 6, 30), "registration", Triage.ESTIMATED), id="a taxi every year",
        ),
        pytest.param(
            {"next_hu": date(2026, 4, 1), "first_registration": None}, {"last_hu": date(2025, 3, 3)},
            (date(2027, 3, 31), "job", Triage.TRUSTED), id="the inspection here is newer than the system's month",
        ),
        pytest.param(
            {"next_hu": date(2027, 5, 1)}, {"last_hu": date(2027, 2, 3)}, (date(2029, 2, 28), "job", Triage.TRUSTED),
            id="done early here: the system was not told, and there is no backdating",
        ),
        pytest.param(
            {"next_hu": date(2027, 9, 1)}, {"last_hu": date(2025, 4, 3)}, (date(2027, 9, 30), "dms", Triage.TRUSTED),
            id="the system names a later month than the inspection here",
        ),
        pytest.param(
            {"next_hu": date(2030, 2, 1), "first_registration": date(2015, 2, 3)}, {"last_visit": date(2026, 9, 1)},
            (date(2028, 2, 29), "registration", Triage.ESTIMATED), id="further ahead than any inspection sets it",
        ),
        pytest.param(
            {"next_hu": date(2020, 5, 1), "first_registration": date(2026, 5, 4)}, {},
            (date(2029, 5, 31), "registration", Triage.ESTIMATED), id="a month before the first registration",
        ),
        pytest.param(
            {"next_hu": date(2026, 9, 1), "first_registration": date(2021, 9, 4)}, {},
            (date(2028, 9, 30), "rolled", Triage.STALE), id="passed unheeded by a vehicle that never was here",
        ),
        pytest.param(
            {"next_hu": date(2027, 2, 1), "first_registration": date(2022, 2, 4)}, {},
            (date(2029, 2, 28), "rolled", Triage.ESTIMATED), id="passed a month ago",
        ),
        pytest.param(
            {"next_hu": None, "first_registration": date(2024, 2, 4)}, {"last_hu": date(2026, 12, 9)},
            (date(2028, 12, 31), "job", Triage.TRUSTED), id="the first inspection, two months early",
        ),
        pytest.param(
            {"next_hu": None, "first_registration": date(2026, 2, 4), "keeper_since": date(2026, 8, 1)},
            {"last_hu": date(2026, 7, 9)}, (date(2029, 7, 31), "job", Triage.TRUSTED),
            id="inspected before the first private keeper, after rental use",
        ),
        pytest.param({"next_hu": None, "first_registration": None}, {}, None, id="nothing known"),
    ],
)  # fmt: skip
def test_the_periodic_inspection_is_due_by_the_formula(
    vehicle: dict[str, Any], history: dict[str, Any], expected: tuple[date, str, Triage] | None
) -> None:
    found = hu_due(a_vehicle(**vehicle), History(**history), RULE, TODAY)
    assert expected == (found and (found.due, found.source, found.triage))


# StVZO annex VIII no. 2.1: months from registration to the first inspection, and from one done at an age to the next.
SHIPPED = parse_service(targets()["services/hu_au.json"]).occasion


@pytest.mark.parametrize(
    ("vehicle_class", "first", "done_at_months", "then"),
    [
        pytest.param("car", 36, 36, 24, id="car"),
        pytest.param("car", 36, 34, 24, id="car, inspected early"),
        pytest.param("taxi", 12, 12, 12, id="taxi"),
        pytest.param("car_rental", 12, 12, 12, id="rental car"),
        pytest.param("ambulance", 12, 12, 12, id="ambulance"),
        pytest.param("motorcycle", 24, 24, 24, id="motorcycle"),
        pytest.param("goods_to_3500kg", 24, 24, 24, id="light goods vehicle"),
        pytest.param("goods_over_3500kg", 12, 12, 12, id="heavy goods vehicle"),
        pytest.param("bus", 12, 12, 12, id="bus"),
        pytest.param("trailer_to_750kg", 36, 36, 24, id="small trailer"),
        pytest.param("trailer_to_3500kg", 24, 24, 24, id="trailer, caravan"),
        pytest.param("trailer_over_3500kg", 12, 12, 12, id="heavy trailer"),
        pytest.param("motorhome_to_3500kg", 36, 36, 24, id="light motorhome"),
        pytest.param("motorhome_to_7500kg", 24, 48, 24, id="motorhome in its first six years"),
        pytest.param("motorhome_to_7500kg", 24, 62, 12, id="motorhome near the end of its first six years"),
        pytest.param("motorhome_to_7500kg", 24, 72, 12, id="older motorhome"),
        pytest.param("motorhome_over_7500kg", 12, 12, 12, id="heavy motorhome"),
    ],
)
def test_the_shipped_catalogue_holds_the_intervals_of_every_class(
    vehicle_class: str, first: int, done_at_months: int, then: int
) -> None:
    assert isinstance(SHIPPED, HuRule)
    registered = date(2020, 1, 15)
    vehicle = a_vehicle(vehicle_class=vehicle_class, first_registration=registered, next_hu=None)
    due = hu_due(vehicle, History(), SHIPPED, registered)
    assert (last_of(add_months(registered, first)), "registration") == (due and (due.due, due.source))
    assert then == hu_interval_months(vehicle, SHIPPED, add_months(registered, done_at_months))


@pytest.mark.parametrize(
    ("next_hu", "last_hu", "expected"),
    [
        pytest.param(date(2027, 4, 1), date(2025, 4, 3), CONFIDENCE_AGREED, id="both say the same"),
        pytest.param(date(2027, 4, 1), None, CONFIDENCE_DMS, id="only the system"),
        pytest.param(None, date(2025, 4, 3), CONFIDENCE_JOB, id="only the inspection here"),
        pytest.param(date(2027, 8, 1), date(2025, 4, 3), CONFIDENCE_DOUBTED, id="the system says later"),
        pytest.param(date(2027, 4, 1), date(2027, 2, 3), CONFIDENCE_DOUBTED, id="the system says earlier"),
    ],
)
def test_agreement_raises_confidence_and_contradiction_lowers_it(
    next_hu: date | None, last_hu: date | None, expected: float
) -> None:
    due = hu_due(a_vehicle(next_hu=next_hu), History(last_hu=last_hu), RULE, TODAY)
    assert expected == (due and due.confidence)


def test_confidence_falls_with_every_rolled_cycle() -> None:
    years = (date(2026, 5, 1), date(2024, 5, 1), date(2022, 5, 1))
    found = [hu_due(a_vehicle(next_hu=y, first_registration=date(2012, 5, 1)), History(), RULE, TODAY) for y in years]
    confidences = [due.confidence for due in found if due]
    assert confidences == sorted(confidences, reverse=True)
    assert len(set(confidences)) == len(years)


@pytest.mark.parametrize(
    ("vehicle", "history", "expected"),
    [
        pytest.param(
            {"next_service": date(2027, 4, 9)}, {}, (date(2027, 4, 9), "dms", Triage.TRUSTED), id="a day of the system"
        ),
        pytest.param(
            {"next_service": date(2027, 12, 1), "next_service_km": 60_000, "mileage_km": 58_000,
             "mileage_date": date(2027, 1, 20), "first_registration": date(2023, 1, 1)},
            {"readings": [(date(2024, 1, 1), 15_000), (date(2025, 1, 1), 29_000), (date(2026, 1, 1), 44_000)]},
            (date(2027, 3, 14), "mileage", Triage.ESTIMATED), id="the system's kilometres come before its day",
        ),
        pytest.param(
            {}, {"last_inspection": date(2025, 5, 6)}, (date(2027, 5, 6), "job", Triage.TRUSTED), id="by months"
        ),
        pytest.param(
            {"mileage_km": 66_000, "mileage_date": date(2026, 12, 1)},
            {"last_inspection": date(2025, 12, 1), "inspection_km": 40_000, "readings": [(date(2025, 12, 1), 40_000)]},
            (date(2027, 2, 23), "mileage", Triage.ESTIMATED), id="by kilometres, which come first",
        ),
        pytest.param(
            {"first_registration": date(2023, 4, 6)}, {"last_visit": date(2026, 9, 1)},
            (date(2027, 4, 6), "registration", Triage.ESTIMATED), id="never inspected here, but a regular guest",
        ),
        pytest.param(
            {"first_registration": date(2009, 4, 6)}, {}, (date(2027, 4, 6), "registration", Triage.STALE), id="alien"
        ),
        pytest.param({"vehicle_class": "trailer_to_3500kg"}, {}, None, id="a trailer has no maintenance plan"),
        pytest.param({"first_registration": None}, {}, None, id="nothing known"),
    ],
)  # fmt: skip
def test_maintenance_is_due_by_months_or_kilometres(
    vehicle: dict[str, Any], history: dict[str, Any], expected: tuple[date, str, Triage] | None
) -> None:
    found = inspection_due(a_vehicle(**{"next_hu": None, **vehicle}), History(**history), INTERVAL, date(2027, 2, 1))
    assert expected == (found and (found.due, found.source, found.triage))


optional_days = st.none() | st.dates(date(1990, 1, 1), date(2030, 1, 1))


@settings(deadline=None)  # how quick this machine is says nothing about the rule
@given(optional_days, optional_days, optional_days, optional_days, st.dates(date(2026, 1, 1), date(2029, 12, 31)))
def test_a_due_date_is_never_over_and_says_how_far_it_can_be_trusted(
    registered: date | None, known: date | None, inspected: date | None, seen: date | None, today: date
) -> None:
    vehicle = a_vehicle(first_registration=registered, next_hu=known and known.replace(day=1), next_service=known)
    history = History(last_hu=inspected, last_inspection=inspected, last_visit=seen)
    found: list[DueDate | None] = [
        hu_due(vehicle, history, RULE, today),
        inspection_due(vehicle, history, INTERVAL, today),
    ]
    for due in found:
        if due is not None:
            assert due.due >= today
            assert 0 < due.confidence < 1
            assert (due.source in {"dms", "job"}) == (due.triage is Triage.TRUSTED)
