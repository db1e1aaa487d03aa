"""An appointment is for work, whichever brand asks for it: words of the workshop and of the DMS know no brands."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from guildpost_agent.app.dealership import dealer_services
from guildpost_agent.app.plan_touchpoints import plan_touchpoints
from guildpost_agent.app.record_bookings import record_bookings
from guildpost_agent.domain.appointments import open_appointment
from guildpost_agent.domain.brands import local_service
from guildpost_agent.domain.exclusions import Reason
from guildpost_agent.domain.records import Outcome
from guildpost_shared.errors import ConfigurationError
from tests.factories.agent import (
    KEY,
    NOW,
    a_config,
    a_consent,
    a_customer,
    a_job,
    a_vehicle,
    an_appointment,
    open_store,
)
from tests.factories.standard_services import standard_services

HU = next(one for one in standard_services() if one.service_id == "hu_au")
SERVICES = (HU, local_service(HU, "skoda"))
CONFIG = a_config(services={"enabled": ["hu_au", "skoda-hu_au"]}, brands={"skoda": {"makes": ["Skoda"]}})


@pytest.mark.parametrize(
    ("written", "asked", "found"),
    [
        ("hu_au", "hu_au", True),
        ("hu_au", "skoda-hu_au", True),
        ("tyres skoda-hu_au", "hu_au", True),
        ("tyres", "skoda-hu_au", False),
        ("", "skoda-hu_au", False),
    ],
)
def test_what_is_booked_is_booked_for_every_brand(written: str, asked: str, *, found: bool) -> None:
    booked = an_appointment(occasion=written, starts_at=NOW + timedelta(days=3))
    assert found is (open_appointment([booked], asked, NOW) is not None)


def test_a_booked_inspection_keeps_the_second_brand_from_asking_for_it_and_answers_its_message(tmp_path: Path) -> None:
    store, customer = open_store(tmp_path), "1"
    with store() as uow:
        uow.records.upsert_customers([a_customer(customer)])
        uow.consents.append([a_consent(customer)])
        uow.records.upsert_vehicles([a_vehicle("V1", customer_id=customer, make="Skoda", next_hu=date(2027, 4, 1))])
        uow.records.upsert_jobs([a_job("V1:1", vehicle_id="V1", customer_id=customer)])
        uow.commit()
    plan_touchpoints(store, SERVICES, CONFIG, NOW, KEY)
    with store() as uow:
        (planned,) = uow.plans.touchpoints()
        assert "skoda-hu_au" == planned.service_id
        uow.outcomes.add([Outcome("d", planned.touchpoint_id, "delivered", planned.planned_at)])
        uow.commit()
    day = planned.planned_at + timedelta(days=2)
    booked = an_appointment(
        customer_id=customer,
        vehicle_id="V1",
        occasion="hu_au",
        created_on=day.date(),
        starts_at=day + timedelta(days=5),
    )
    with store() as uow:
        uow.records.upsert_appointments([booked])
        uow.commit()
    summary = record_bookings(store, SERVICES, CONFIG, day)
    assert (1, 1) == (summary.booked, summary.cancelled)
    with store() as uow:
        decision = uow.plans.decision(planned.occasion_id)
    assert decision is not None
    assert Reason.ALREADY_BOOKED.value == decision.reason


def test_settings_of_a_brand_that_was_never_fetched_are_no_mistake_and_others_are() -> None:
    settings = {"skoda-tyres": {"channels": ["letter"]}}
    config = a_config(services={"enabled": ["hu_au"], "settings": settings})
    assert {"hu_au"} == dealer_services([HU], config).keys()
    with pytest.raises(ConfigurationError, match="service_settings_invalid"):
        dealer_services(SERVICES, config)
