"""Whoever another message carries along stays in the experiments: on the side of the lot, long after the due date."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from guildpost_agent.app.count_for_study import Setting, count_for_study
from guildpost_agent.app.measure_lift import stated_trials
from guildpost_agent.app.plan_touchpoints import plan_touchpoints
from guildpost_agent.app.planning_state import KEY as KEY_DOCUMENT
from guildpost_agent.app.ports.unit_of_work import ImportReport, OpenUnitOfWork
from guildpost_agent.app.taught import Taught
from guildpost_agent.domain.brands import FIRST
from guildpost_agent.domain.rights.retention import Rule
from guildpost_shared.studies.counted import counted_study
from tests.factories.agent import KEY, NOW, a_config, a_consent, a_customer, a_job, a_service, a_vehicle, open_store
from tests.factories.network_models import a_model
from tests.factories.round_world import ZONE

CUSTOMERS = [str(number) for number in range(1, 241)]
SERVICES = (a_service("hu_au"), a_service("inspection"))
CONFIG = a_config(figures={"weekly_budget_cents": 0, "workshop_places_per_day": 0, "hourly_rate_cents": 1})
WEEK = timedelta(days=7)
OVER = NOW + 36 * WEEK
STUDY = counted_study(
    "learned-times",
    brand="Arvana",
    services=["hu_au", "inspection"],
    period_start=date(2027, 1, 1),
    period_end=date(2027, 4, 30),
)


def planned(folder: Path, lead: int) -> OpenUnitOfWork:
    """Plan week by week, until all is over, for customers whose car is due for both services within weeks.

    Args:
        folder: of the database.
        lead: how many days before the due date the network learned to write.
    """
    folder.mkdir()
    store = open_store(folder)
    with store() as uow:
        uow.documents.put(KEY_DOCUMENT, KEY)
        uow.records.upsert_customers([a_customer(one) for one in CUSTOMERS])
        hu, inspections = date(2027, 4, 10), [date(2027, 4, 1) + timedelta(days=int(one) % 20) for one in CUSTOMERS]
        dues = zip(CUSTOMERS, inspections, strict=True)
        uow.records.upsert_vehicles(
            [a_vehicle(f"V{one}", customer_id=one, next_hu=hu, next_service=due) for one, due in dues]
        )
        uow.records.upsert_jobs([a_job(f"J{one}", customer_id=one, vehicle_id=f"V{one}") for one in CUSTOMERS])
        uow.consents.append([a_consent(one) for one in CUSTOMERS])
        uow.imports.start("i", OVER)
        uow.imports.finish(ImportReport("i", OVER, "done", 1, 1, 0, {}))
        uow.commit()
    for week in range(10):
        plan_touchpoints(store, SERVICES, CONFIG, NOW + week * WEEK, KEY, taught=Taught({"": a_model(lead=lead)}))
    return store


def carried_by(store: OpenUnitOfWork) -> set[str]:
    """Name the occasions that some message carries along."""
    with store() as uow:
        return {one for touchpoint in uow.plans.touchpoints() for one in touchpoint.bundled}


def sides(store: OpenUnitOfWork) -> dict[str, str]:
    """Say where the study counts each customer."""
    with store() as uow:
        parts = count_for_study(uow, STUDY, FIRST, Setting(ZONE, SERVICES), today=OVER.date(), already_counted=())
    return {part.unit: part.record[0] for part in parts}


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> OpenUnitOfWork:
    """A network that learned to write 25 days before the due date."""
    return planned(tmp_path_factory.mktemp("late") / "agent", lead=25)


def test_on_which_side_a_customer_counts_depends_on_the_lot_alone_and_not_on_what_was_learned(
    late: OpenUnitOfWork, tmp_path: Path
) -> None:
    """One model's messages carry others along that the other model's do not."""
    early = planned(tmp_path / "agent", lead=55)
    assert len(carried_by(late) ^ carried_by(early)) > 50
    assert sides(late) == sides(early)
    assert len(sides(late)) > 0.95 * len(CUSTOMERS)


def test_whoever_is_carried_along_counts_as_written_to_when_the_due_date_is_over(late: OpenUnitOfWork) -> None:
    with late() as uow:
        known = {occasion.occasion_id for occasion in uow.plans.occasions()}
        trials = stated_trials(uow, {service.service_id: service for service in SERVICES}, ZONE)
        led = {touchpoint.occasion_id for touchpoint in uow.plans.touchpoints()}
    carried = carried_by(late)
    assert carried - led
    assert carried <= known
    assert len(led | carried) == sum(not trial.held_out for trial in trials)


def test_with_the_message_goes_what_it_carried_along(tmp_path: Path) -> None:
    store = planned(tmp_path / "agent", lead=55)
    gone = carried_by(store)
    with store() as uow:
        while uow.retention.drop_rows(Rule.SEND_LOG, OVER, 500):
            pass
        left = {occasion.occasion_id for occasion in uow.plans.occasions()}
    assert gone
    assert not gone & left
