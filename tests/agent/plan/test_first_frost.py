"""The wheel change follows the region's first frost where the reference data know it."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from guildpost_agent.adapters.reference.files import FileReferenceData
from guildpost_agent.app.plan_touchpoints import plan_touchpoints
from tests.factories.agent import KEY, a_config, a_customer, a_job, a_vehicle, open_store
from tests.factories.standard_services import standard_services

AUTUMN = datetime(2027, 8, 20, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("frost", "source"),
    [
        pytest.param(date(2027, 10, 12), "frost", id="a frost after the fixed day"),
        pytest.param(date(2027, 9, 20), "frost", id="a frost before it"),
        pytest.param(date(2027, 12, 24), "calendar", id="a frost too far away belongs to another climate"),
        pytest.param(None, "calendar", id="no table knows the place"),
    ],
)
def test_the_first_frost_moves_the_wheel_change(tmp_path: Path, frost: date | None, source: str) -> None:
    store = open_store(tmp_path)
    with store() as uow:
        uow.records.upsert_customers([a_customer("1")])
        uow.records.upsert_vehicles([a_vehicle("V1")])
        uow.records.upsert_jobs([a_job("A1:1", text="Raeder gewechselt", order_date=date(2026, 10, 20))])
        uow.commit()
    config = a_config(services={"enabled": ["wheel_change"]})
    plan_touchpoints(store, standard_services(), config, AUTUMN, KEY, first_frost=lambda _postcode, _year: frost)
    with store() as uow:
        (occasion,) = uow.plans.occasions()
    assert source == occasion.source
    assert (frost if source == "frost" else date(2027, 10, 1)) == occasion.due_date


def test_the_shipped_tables_know_a_first_frost_for_every_german_region(tmp_path: Path) -> None:
    reference = FileReferenceData(tmp_path)
    places, climate = reference.places(), reference.climate()
    found = [
        climate.first_frost(region, 2027) for code in ("01067", "80331", "20095") if (region := places.region_of(code))
    ]
    assert [day for day in found if day is not None and day.month >= 9] == found
