"""One household, two brands: the contact cap knows no catalogue."""

from datetime import date
from itertools import pairwise
from pathlib import Path

from guildpost_agent.app.plan_touchpoints import plan_touchpoints
from guildpost_agent.domain.brands import brand_of, local_service
from guildpost_agent.domain.cadence import GAP_DAYS
from guildpost_agent.domain.lift.control import ControlGroup
from guildpost_agent.domain.placing import contact_of
from tests.factories.agent import KEY, NOW, a_config, a_consent, a_customer, a_job, a_vehicle
from tests.factories.leaving import BERLIN
from tests.factories.sending_world import a_store
from tests.factories.standard_services import standard_services

FIGURES = {"weekly_budget_cents": 0, "workshop_places_per_day": 0, "hourly_rate_cents": 0}
OURS = [one for one in standard_services() if one.service_id in {"hu_au", "inspection", "brake_fluid"}]
THEIRS = [local_service(one, "skoda") for one in OURS]
"""The same services as another brand's catalogue brings them: nothing bundles with ours."""
NAMES = [one.service_id for one in (*OURS, *THEIRS)]
CUSTOMER = next(str(n) for n in range(999) if not any(ControlGroup(KEY).holds(str(n), name) for name in NAMES))


def test_what_two_catalogues_want_to_say_keeps_one_distance_and_one_figure_a_year(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    with store() as uow:
        uow.records.upsert_customers([a_customer(CUSTOMER)])
        uow.consents.append([a_consent(CUSTOMER)])
        cars = {"V0": "VW", "V1": "Skoda", "V2": "VW", "V3": "Skoda"}
        due = {"next_hu": date(2027, 4, 1), "next_service": date(2027, 4, 10)}
        uow.records.upsert_vehicles(
            [a_vehicle(car, customer_id=CUSTOMER, make=make, **due) for car, make in cars.items()]
        )
        uow.records.upsert_jobs([a_job(f"{car}:1", vehicle_id=car, customer_id=CUSTOMER) for car in cars])
        uow.commit()
    makes = {"skoda": {"makes": ["Skoda"]}}
    config = a_config(services={"enabled": NAMES}, figures=FIGURES, brands=makes)
    plan_touchpoints(store, [*OURS, *THEIRS], config, NOW, KEY)
    with store() as uow:
        touchpoints = uow.plans.touchpoints()
    contacts = sorted((contact_of(one, BERLIN) for one in touchpoints), key=lambda one: (one.first, one.last))
    assert {"", "skoda"} == {brand_of(one.service_id) for one in touchpoints}
    assert all((later.first - earlier.last).days >= GAP_DAYS for earlier, later in pairwise(contacts))
