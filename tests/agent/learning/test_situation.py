"""A customer's situation: what is known on the day, of this customer's records alone."""

from datetime import date

import pytest

from guildpost_agent.domain.learning.situation import situation
from guildpost_agent.domain.records import Customer, Job, Vehicle
from guildpost_shared.studies.propensity.terms import COLUMNS
from tests.factories.agent import a_customer, a_job, a_vehicle

DAY = date(2027, 3, 15)
ANNA = a_customer("anna")
CAR = a_vehicle(
    "V1",
    customer_id="anna",
    first_registration=date(2021, 3, 15),
    mileage_km=80_000,
    mileage_date=date(2027, 1, 10),
    warranty_end=date(2027, 4, 14),
    lease_end=date(2027, 3, 5),
)
JOBS = [
    a_job("1", customer_id="anna", vehicle_id="V1", order_date=date(2025, 3, 14), text="Reifen neu", mileage_km=50_000),
    a_job(
        "2",
        customer_id="anna",
        vehicle_id="V1",
        order_date=date(2026, 12, 15),
        text="Bremsen",
        declined=True,
        mileage_km=None,
    ),
]


def described(
    *, customer: Customer | None = ANNA, vehicle: Vehicle | None = CAR, jobs: list[Job] | None = None
) -> dict[str, str]:
    """Describe the situation on the day."""
    some = JOBS if jobs is None else jobs
    return situation(customer, vehicle, some, DAY, learning_class="hu", channel="email", climate_zone="4")


def test_everything_that_is_known_is_said_under_the_columns_of_the_list() -> None:
    found = described()
    km = int(found.pop("mileage_km"))
    assert 80_000 < km < 84_000
    assert {
        "service_class": "hu", "channel": "email", "month": "month 3", "climate_zone": "zone 4", "business": "no",
        "vehicle_age_months": "72", "tyre_age_months": "24", "battery_age_months": "72", "warranty_left_days": "30",
        "lease_left_days": "-10", "declined_days": "90", "months_since_visit": "3",
    } == found  # fmt: skip
    assert set(COLUMNS) == {*found, "mileage_km"}


BARE = {"service_class", "channel", "month", "climate_zone", "business"}


@pytest.mark.parametrize(
    ("vehicle", "jobs"),
    [(None, JOBS), (a_vehicle("V1", customer_id="berta"), JOBS)],
    ids=["the vehicle is gone", "it is somebody else's by now"],
)
def test_a_vehicle_that_is_not_the_customers_tells_nothing(vehicle: Vehicle | None, jobs: list[Job]) -> None:
    assert BARE == set(described(vehicle=vehicle, jobs=jobs))


def test_a_customer_whose_record_is_gone_tells_nothing_of_the_vehicle() -> None:
    assert {"service_class", "channel", "month", "climate_zone"} == set(described(customer=None))


@pytest.mark.parametrize(
    "job",
    [
        a_job("3", customer_id="berta", vehicle_id="V1", order_date=date(2026, 1, 1), declined=True, text="Reifen neu"),
        a_job("3", customer_id="anna", vehicle_id="V2", order_date=date(2026, 1, 1), declined=True, text="Reifen neu"),
        a_job("3", customer_id="anna", vehicle_id="V1", order_date=DAY, declined=True, text="Reifen neu"),
        a_job("3", customer_id="anna", vehicle_id="V1", order_date=date(2026, 1, 1), charge="internal", declined=True),
    ],
    ids=["of an earlier keeper", "of another vehicle", "of the day itself", "of the house's own"],
)
def test_a_line_that_does_not_count_changes_nothing(job: Job) -> None:
    assert described() == described(jobs=[*JOBS, job])


def test_a_reading_that_was_taken_after_the_day_was_not_known_then() -> None:
    later = a_vehicle("V1", customer_id="anna", first_registration=None, mileage_km=99_000, mileage_date=DAY)
    undated = a_vehicle("V1", customer_id="anna", first_registration=None, mileage_km=99_000, mileage_date=None)
    for vehicle in (later, undated):
        assert "mileage_km" not in described(vehicle=vehicle, jobs=[])
