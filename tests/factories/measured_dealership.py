"""A dealership whose customers are all due in the same month, planned for and measured once everything is over."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from guildpost_agent.app.plan_touchpoints import plan_touchpoints
from guildpost_agent.app.ports.unit_of_work import ImportReport, OpenUnitOfWork
from guildpost_agent.app.taught import NOTHING_TAUGHT, Taught
from tests.factories.agent import KEY, NOW, a_config, a_consent, a_customer, a_job, a_service, a_vehicle, open_store

CONFIG = a_config(figures={"weekly_budget_cents": 0, "workshop_places_per_day": 0, "hourly_rate_cents": 1})
SERVICE = a_service("hu_au")


def all_due(
    folder: Path, customers: Sequence[str], permitted: Sequence[str], taught: Taught = NOTHING_TAUGHT
) -> OpenUnitOfWork:
    """Plan for customers with a vehicle each.

    Args:
        folder: of the database.
        customers: by id.
        permitted: who permits e-mail.
        taught: what the network has learned.
    """
    store = open_store(folder)
    with store() as uow:
        uow.records.upsert_customers([a_customer(one) for one in customers])
        cars = [a_vehicle(f"V{one}", customer_id=one, next_service=date(2028, 9, 1)) for one in customers]
        uow.records.upsert_vehicles(cars)
        uow.records.upsert_jobs([a_job(f"J{one}", customer_id=one, vehicle_id=f"V{one}") for one in customers])
        uow.consents.append([a_consent(one) for one in permitted])
        uow.commit()
    plan_touchpoints(store, [SERVICE], CONFIG, NOW, KEY, horizon_days=90, taught=taught)
    return store


def let_come(
    store: OpenUnitOfWork, customers: Sequence[str], comes: Callable[[str], bool], day: date, later: datetime
) -> None:
    """Let some customers come for the service on a day and the others for something else; a delivery says so later."""
    with store() as uow:
        cards = (a_job(f"H{one}", customer_id=one, vehicle_id=f"V{one}", order_date=day) for one in customers)
        uow.records.upsert_jobs([replace(card, kind="hu" if comes(card.customer_id) else "other") for card in cards])
        if uow.imports.latest() is None:
            uow.imports.start("later", later)
            uow.imports.finish(ImportReport("later", later, "done", 1, 1, 0, {}))
        uow.commit()
