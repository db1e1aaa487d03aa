"""What a person should look at: stale dates with reason, action and priority."""

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from guildpost_agent.domain.due_dates import DueDate, hu_due
from guildpost_agent.domain.history import History
from guildpost_agent.domain.months import add_months
from guildpost_agent.domain.records import Triage, Vehicle
from guildpost_agent.domain.work_list import COLUMNS, Action, StaleReason, csv_row, work_list
from guildpost_shared.catalog import load
from guildpost_shared.services.occasion_rules import HuRule
from tests.factories.agent import TODAY, a_service, a_vehicle

STALE = DueDate(date(2028, 5, 31), "rolled", 0.2, Triage.STALE)


@pytest.mark.parametrize(
    ("due", "history", "expected"),
    [
        pytest.param(STALE, {}, (StaleReason.NEVER_HERE, Action.ARCHIVE), id="never here"),
        pytest.param(
            STALE, {"last_visit": date(2024, 3, 1), "visits": 3}, (StaleReason.PASSED_UNSEEN, Action.CALL),
            id="was here three years ago",
        ),
        pytest.param(
            STALE, {"last_visit": date(2026, 9, 1), "visits": 1}, (StaleReason.PASSED_UNSEEN, Action.CHECK_STICKER),
            id="comes here anyway",
        ),
        pytest.param(
            STALE, {"last_visit": date(2018, 9, 1), "visits": 1}, (StaleReason.PASSED_UNSEEN, Action.ARCHIVE),
            id="gone for all anybody knows",
        ),
        pytest.param(
            DueDate(date(2028, 5, 31), "registration", 0.1, Triage.STALE), {},
            (StaleReason.ONLY_REGISTRATION, Action.ARCHIVE), id="only a registration",
        ),
        pytest.param(None, {}, (StaleReason.NO_DATE, Action.ARCHIVE), id="nothing known"),
    ],
)  # fmt: skip
def test_each_vehicle_gets_its_reason_and_what_is_worth_doing(
    due: DueDate | None, history: dict[str, Any], expected: tuple[StaleReason, Action]
) -> None:
    (item,) = work_list([a_vehicle()], {"V1": History(**history)}, {"V1": due} if due else {}, TODAY)
    assert expected == (item.reason, item.action)


def test_a_vehicle_with_an_appointment_is_checked_when_it_comes() -> None:
    (item,) = work_list([a_vehicle()], {}, {"V1": STALE}, TODAY, frozenset({"V1"}))
    assert item.action is Action.CHECK_STICKER


@pytest.mark.parametrize(
    "changes",
    [{"sold_on": TODAY}, {"deregistered_on": TODAY}, {"in_stock": True}, {"missing_since": TODAY}],
    ids=["sold", "deregistered", "in stock", "gone from the system"],
)
def test_vehicles_that_are_gone_are_not_listed(changes: dict[str, Any]) -> None:
    assert [] == work_list([a_vehicle(**changes)], {}, {"V1": STALE}, TODAY)


def test_a_date_that_can_be_believed_is_not_listed() -> None:
    assert [] == work_list([a_vehicle()], {}, {"V1": DueDate(TODAY, "dms", 0.95, Triage.TRUSTED)}, TODAY)


def test_those_who_brought_most_come_first() -> None:
    histories = {
        "V1": History(last_visit=date(2024, 3, 1), visits=1),
        "V2": History(last_visit=date(2024, 3, 1), visits=6, hours=9.0),
        "V3": History(last_visit=date(2022, 6, 1), visits=6, hours=9.0),
    }
    vehicles = [a_vehicle(name) for name in ("V0", *histories)]
    items = work_list(vehicles, histories, dict.fromkeys(("V0", *histories), STALE), TODAY)
    assert [item.vehicle_id for item in items] == ["V2", "V3", "V1", "V0"]


def test_an_item_is_written_in_the_order_of_the_columns() -> None:
    (item,) = work_list([a_vehicle(next_hu=date(2021, 5, 1))], {}, {"V1": STALE}, TODAY)
    row = dict(zip(COLUMNS, csv_row(item), strict=True))
    assert ("never_here", "archive", "2021-05-01", "70", "") == (
        row["reason"], row["action"], row["known_due"], row["passed_months"], row["last_visit"],
    )  # fmt: skip


@pytest.mark.parametrize("language", ["de", "en"])
def test_reasons_and_actions_have_their_words(language: Any) -> None:
    keys = {f"worklist.reason.{reason}" for reason in StaleReason} | {f"worklist.action.{action}" for action in Action}
    assert keys <= load("guildpost_agent", language).ids()


def _old_files(rng: Random, count: int) -> tuple[list[Vehicle], dict[str, History]]:
    """Invent a dealership's file as it is after twenty years: most dates long past, 15 of 100 cars ever invoiced."""
    vehicles, histories = [], {}
    for number in range(count):
        name = f"V{number}"
        known_here = rng.random() < 0.15
        active = known_here and rng.random() < 0.8
        ahead = rng.randrange(24) if active else -1 - int(rng.expovariate(1 / 60))
        registered = TODAY - timedelta(days=rng.randrange(1_500, 7_000))
        next_hu = add_months(TODAY.replace(day=1), max(ahead, -170))
        vehicles.append(a_vehicle(name, next_hu=next_hu, first_registration=min(registered, add_months(next_hu, -36))))
        if known_here:
            away = rng.randrange(30, 700) if active else rng.randrange(1_500, 4_000)
            histories[name] = History(last_visit=TODAY - timedelta(days=away), ever_invoiced=True, visits=2)
    return vehicles, histories


def test_in_a_file_like_a_real_dealers_most_dates_end_on_the_work_list_and_not_in_letters() -> None:
    vehicles, histories = _old_files(Random(1), 4_000)
    rule = a_service("hu_au").occasion
    assert isinstance(rule, HuRule)
    nothing = History()
    dates = {v.vehicle_id: hu_due(v, histories.get(v.vehicle_id, nothing), rule, TODAY) for v in vehicles}
    due_dates = {name: due for name, due in dates.items() if due is not None}
    items = work_list(vehicles, histories, due_dates, TODAY)
    past = sum(v.next_hu is not None and v.next_hu < TODAY.replace(day=1) for v in vehicles)
    assert past / len(vehicles) == pytest.approx(0.88, abs=0.02)
    assert len(items) / len(vehicles) == pytest.approx(0.85, abs=0.03)
    assert sum(item.action is Action.ARCHIVE for item in items) / len(items) > 0.9
