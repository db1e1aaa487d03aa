"""Learned times against the recommended one: whom a dealership counts, on which side, over which days."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from guildpost_agent.app.count_for_study import Setting, count_for_study
from guildpost_agent.app.planning_state import KEY as KEY_DOCUMENT
from guildpost_agent.app.ports.unit_of_work import ImportReport, OpenUnitOfWork
from guildpost_agent.domain.brands import FIRST, local_service
from guildpost_agent.domain.learning.experiment import stands
from guildpost_agent.domain.records import Occasion, Touchpoint, Triage
from guildpost_shared.studies.counted import counted_study
from guildpost_shared.studies.spec import StudySpec
from tests.factories.agent import KEY, a_customer, a_job, a_service, open_store
from tests.factories.round_world import ZONE, a_touchpoint

OPENS = date(2027, 2, 17)
"""The day on which the inspection's service may write first: 60 days before the due date."""
DUE = OPENS + timedelta(days=60)
AT = datetime(2027, 3, 9, 9, 30, tzinfo=UTC)
NAMES = [f"c{number}" for number in range(400)]
STAYS = [one for one in NAMES if stands(KEY, one, "hu_au")]
MOVES = [one for one in NAMES if not stands(KEY, one, "hu_au")]
UNDER_A_MODEL = ({"code": "lead_learned", "model": 3},)
SETTING = Setting(ZONE, (a_service("hu_au"), a_service("inspection"), local_service(a_service("hu_au"), "skoda")))


def a_study(maturity_days: int | None = None) -> StudySpec:
    """Write the study of the quarter in which ``OPENS`` lies."""
    return counted_study(
        "learned-times",
        brand="Arvana",
        services=["hu_au", "inspection"],
        period_start=date(2027, 1, 1),
        period_end=date(2027, 3, 31),
        maturity_days=maturity_days,
    )


def a_message(customer: str, arm: str = "learned", service: str = "hu_au", **changes: object) -> Touchpoint:
    """Build a message whose time was drawn under a model."""
    values: dict[str, object] = {"service_id": service, "due_date": DUE, "arm": arm, "reasons": UNDER_A_MODEL}
    return a_touchpoint(f"{customer}-{service}", customer, AT, **(values | changes))


def an_occasion(customer: str, service: str, due: date = DUE) -> Occasion:
    """Build an occasion that another message may carry along."""
    return Occasion(f"o-{customer}-{service}", customer, f"v-{customer}", service, due, "dms", 1, Triage.TRUSTED)


@pytest.fixture
def store(tmp_path: Path) -> OpenUnitOfWork:
    """An empty dealership that has planned before, and whose management system delivered everything since."""
    store = open_store(tmp_path)
    with store() as uow:
        uow.documents.put(KEY_DOCUMENT, KEY)
        uow.imports.start("i", datetime(2027, 9, 20, tzinfo=UTC))
        uow.imports.finish(ImportReport("i", datetime(2027, 9, 20, tzinfo=UTC), "done", 1, 1, 0, {}))
        uow.commit()
    return store


def plan(store: OpenUnitOfWork, *messages: Touchpoint, carried: Iterable[Occasion] = ()) -> None:
    """Store messages, with the occasions that they are about or carry along."""
    with store() as uow:
        own = [an_occasion(one.customer_id, one.service_id, one.due_date) for one in messages]
        own = [replace(o, occasion_id=m.occasion_id) for o, m in zip(own, messages, strict=True)]
        uow.records.upsert_customers([a_customer(one) for one in {o.customer_id for o in (*own, *carried)}])
        uow.plans.replace_occasions([*own, *carried])
        uow.plans.add_touchpoints(messages)
        uow.commit()


def comes(store: OpenUnitOfWork, customer: str, on: date) -> None:
    """Let a customer come for the inspection."""
    with store() as uow:
        job = a_job(f"j-{customer}-{on}", customer_id=customer, vehicle_id=f"v-{customer}", order_date=on, kind="hu")
        uow.records.upsert_jobs([job])
        uow.commit()


def counted(
    store: OpenUnitOfWork, study: StudySpec | None = None, setting: Setting = SETTING, brand: str = FIRST
) -> dict[str, str]:
    """Count when everything is over, by customer."""
    with store() as uow:
        today = date(2027, 9, 30)
        parts = count_for_study(uow, study or a_study(), brand, setting, today=today, already_counted=())
    return {part.unit: " ".join(part.record) for part in parts}


@pytest.mark.parametrize(
    ("arm", "side"), [("learned", "learned"), ("explore", "learned"), ("default", "recommended")]
)  # fmt: skip
def test_a_customer_is_on_the_side_that_the_lot_gave_whatever_became_of_the_message(
    store: OpenUnitOfWork, arm: str, side: str
) -> None:
    plan(store, a_message("c", arm), a_message("d", arm, state="cancelled"))
    cell = f"hu_au/{side}/planned"
    assert {"c": cell, "d": cell} == counted(store)


def test_what_was_drawn_without_a_model_is_no_part_of_the_experiment(store: OpenUnitOfWork) -> None:
    plan(store, a_message("c", reasons=({"code": "lead_explore"},)), a_message("d", reasons=()))
    assert {} == counted(store)


@pytest.mark.parametrize(
    ("after", "came"),
    [(-1, False), (0, True), (120, True), (121, False)],
    ids=["before the service may write", "on the first day", "on the last day", "a day late"],
)
def test_for_both_sides_the_same_days_count_whenever_the_message_left(
    store: OpenUnitOfWork,
    after: int,
    came: bool,  # noqa: FBT001 — a table's column
) -> None:
    sides = {"c": "learned", "d": "recommended"}
    plan(
        store,
        a_message("c", "learned", planned_at=AT + timedelta(days=20)),
        a_message("d", "default", planned_at=AT - timedelta(days=15)),
    )
    for one in sides:
        comes(store, one, OPENS + timedelta(days=after))
    expected = {one: f"hu_au/{side}/planned" + f" hu_au/{side}/came" * came for one, side in sides.items()}
    assert expected == counted(store)


def test_whoever_a_message_carries_along_counts_on_the_side_of_their_own_lot(store: OpenUnitOfWork) -> None:
    """Otherwise a customer would vanish from one side because of the time that the other service's message had."""
    stays, moves = STAYS[0], MOVES[0]
    carried = [an_occasion(stays, "hu_au"), an_occasion(moves, "hu_au")]
    late = {"due_date": DUE + timedelta(days=10)}
    messages = [
        a_message(one.customer_id, "default", "inspection", bundled=(one.occasion_id,), **late) for one in carried
    ]
    plan(store, *messages, carried=carried)
    assert {stays: "hu_au/recommended/planned", moves: "hu_au/learned/planned"} == counted(store)
    off = replace(SETTING, unlearned=frozenset({"hu_au"}))
    assert {stays: "inspection/recommended/planned", moves: "inspection/recommended/planned"} == counted(
        store, setting=off
    )


def test_a_customer_of_two_services_counts_once_with_the_one_that_may_write_first(store: OpenUnitOfWork) -> None:
    inspection = a_message("c", "default", "inspection", due_date=OPENS + timedelta(days=40))
    plan(store, a_message("c", "learned"), inspection)
    assert {"c": "inspection/recommended/planned"} == counted(store)


def test_a_service_whose_days_are_longer_than_the_studys_is_left_out(store: OpenUnitOfWork) -> None:
    plan(store, a_message("c"), a_message("d", service="inspection"))
    assert {"c", "d"} == counted(store, a_study(maturity_days=88)).keys()
    assert {"d"} == counted(store, a_study(maturity_days=87)).keys()


def test_each_brands_study_counts_its_own_messages(store: OpenUnitOfWork) -> None:
    plan(store, a_message("c"), a_message("d", service="skoda-hu_au"))
    assert {"c": "hu_au/learned/planned"} == counted(store)
    assert {"d": "hu_au/learned/planned"} == counted(store, brand="skoda")


@pytest.mark.parametrize("missing", ["plan", "delivery"])
def test_a_dealership_without_a_plan_or_a_delivery_brings_nothing(tmp_path: Path, missing: str) -> None:
    store = open_store(tmp_path)
    plan(store, a_message("c"))
    if missing == "delivery":
        with store() as uow:
            uow.documents.put(KEY_DOCUMENT, KEY)
            uow.commit()
    assert {} == counted(store)
