"""An appointment of the DMS is told by the same words as a labour line, and suppresses what it is for."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from guildpost_agent.app.plan_touchpoints import plan_touchpoints
from guildpost_agent.domain.appointments import open_appointment
from guildpost_agent.domain.dms_rows import Reading, read_appointment
from guildpost_agent.domain.lift.control import ControlGroup
from guildpost_agent.domain.records import Appointment
from guildpost_agent.domain.service_work import works_of
from tests.factories.agent import KEY, NOW, TODAY, a_config, a_consent, a_customer, a_job, a_vehicle
from tests.factories.sending_world import a_store
from tests.factories.standard_services import standard_services

WORKS = {service: (work,) for service, work in works_of(standard_services()).items()}
NAMES = [one.service_id for one in standard_services()]
CUSTOMER = next(str(n) for n in range(9_999) if not any(ControlGroup(KEY).holds(str(n), name) for name in NAMES))


def appointment(text: str) -> Appointment:
    cells = {"appointment_id": "7", "customer_id": CUSTOMER, "vehicle_id": "V1", "day": "20.03.2027", "occasion": text}
    return read_appointment(cells, Reading(TODAY, ZoneInfo("Europe/Berlin"), works=WORKS))


@pytest.mark.parametrize(
    ("text", "services"),
    [
        pytest.param("HU/AU", ["hu_au"], id="inspection by law"),
        pytest.param("Inspektion", ["inspection"], id="maintenance"),
        pytest.param("Räderwechsel", ["wheel_change"], id="wheels"),
        pytest.param("RADWECHSEL Sommer", ["wheel_change"], id="wheels, in capitals"),
        pytest.param("Bremsflüssigkeit wechseln", ["brake_fluid"], id="brake fluid"),
        pytest.param("Klimaservice", ["climate"], id="climate"),
        pytest.param("Rückrufaktion 42C7", ["recall"], id="recall"),
        pytest.param("HU + Räderwechsel", ["hu_au", "wheel_change"], id="two at once"),
        pytest.param(
            "Inspektion mit Bremsflüssigkeit und Klimaservice", ["brake_fluid", "climate", "inspection"], id="3"
        ),
        pytest.param("Bremsflüssigkeit prüfen", [], id="looked at, not done"),
        pytest.param("Reparatur", [], id="something else"),
        pytest.param("", [], id="nothing said"),
    ],
)
def test_the_words_say_what_an_appointment_is_for(text: str, services: list[str]) -> None:
    found = appointment(text)
    assert sorted(found.services) == services
    assert [name for name in NAMES if open_appointment([found], name, NOW)] == services


@pytest.mark.parametrize(
    ("text", "booked"),
    [("Reparatur", set[str]()), ("Räderwechsel", {"wheel_change"}), ("HU + Räderwechsel", {"hu_au", "wheel_change"})],
)
def test_only_what_is_booked_is_not_offered_again(tmp_path: Path, text: str, booked: set[str]) -> None:
    store, services = a_store(tmp_path), [s for s in standard_services() if s.service_id in {"hu_au", "wheel_change"}]
    with store() as uow:
        uow.records.upsert_customers([a_customer(CUSTOMER)])
        uow.consents.append([a_consent(CUSTOMER)])
        uow.records.upsert_vehicles([a_vehicle("V1", customer_id=CUSTOMER, next_hu=date(2027, 4, 1))])
        uow.records.upsert_jobs([a_job("V1:1", vehicle_id="V1", customer_id=CUSTOMER)])
        uow.records.upsert_appointments([appointment(text)])
        uow.commit()
    config = a_config(services={"enabled": [one.service_id for one in services]})
    plan_touchpoints(store, services, config, NOW, KEY)
    with store() as uow:
        refused = {d.occasion_id for d in uow.plans.decisions_for("ALREADY_BOOKED")}
        names = {o.occasion_id: o.service_id for o in uow.plans.occasions()}
    assert {names[one] for one in refused} == booked
