"""Who is set aside is neither planned for nor, where a message was planned already, written to."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from guildpost_agent.app.plan_touchpoints import plan_touchpoints
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.app.recheck_touchpoint import recheck_touchpoint
from guildpost_agent.domain.exclusions import Reason
from guildpost_agent.domain.lift.control import ControlGroup
from tests.factories.agent import KEY, NOW, a_config, a_consent, a_customer, a_job, a_service, a_vehicle, open_store

SERVICE = a_service("hu_au")
BERLIN = ZoneInfo("Europe/Berlin")
CUSTOMER = next(str(number) for number in range(1, 50) if not ControlGroup(KEY).holds(str(number), SERVICE.service_id))


@pytest.fixture
def store(tmp_path: Path) -> OpenUnitOfWork:
    store = open_store(tmp_path)
    with store() as uow:
        uow.records.upsert_customers([a_customer(CUSTOMER)])
        uow.consents.append([a_consent(CUSTOMER)])
        uow.records.upsert_vehicles([a_vehicle("V1", customer_id=CUSTOMER)])
        uow.records.upsert_jobs([a_job("A1:0", vehicle_id="V1", customer_id=CUSTOMER)])
        uow.commit()
    return store


def _plan(store: OpenUnitOfWork) -> tuple[int, dict[str, int]]:
    summary = plan_touchpoints(store, [SERVICE], a_config(), NOW, KEY)
    return summary.planned, summary.refused


def test_a_restricted_customer_is_not_planned_for(store: OpenUnitOfWork) -> None:
    with store() as uow:
        uow.rights.restrict([CUSTOMER], "art18", NOW)
        uow.commit()
    assert (0, {"RESTRICTED": 1}) == _plan(store)
    with store() as uow:
        uow.rights.lift([CUSTOMER], "art18")
        uow.commit()
    assert (1, {}) == _plan(store)


def test_what_was_planned_before_is_stopped_in_the_moment_of_sending(store: OpenUnitOfWork) -> None:
    assert (1, {}) == _plan(store)
    with store() as uow:
        (touchpoint,) = uow.plans.touchpoints_of(CUSTOMER)
        verdicts = []
        for change in (lambda: None, lambda: uow.rights.restrict([CUSTOMER], "art18", NOW)):
            change()
            verdicts.append(
                recheck_touchpoint(
                    uow, touchpoint, service=a_service(), state="BW", now=NOW, zone=ZoneInfo("Europe/Berlin")
                )
            )
    assert [None, Reason.RESTRICTED] == verdicts
