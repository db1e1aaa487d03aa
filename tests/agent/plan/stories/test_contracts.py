"""Warranty and lease: before they end, while there is still something to be had from them."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from guildpost_agent.app.load_vehicle_list import close_by_hand, load_vehicle_list, match_waiting
from guildpost_agent.domain.vehicle_lists import ListEntry, ListRow
from tests.factories.planning_story import DAY, Story

START, END = date(2027, 3, 1), date(2027, 6, 10)
VIN = "WVWZZZ1JZXW000001"


def story(folder: Path, service: str, **vehicle: Any) -> Story:
    found = Story(folder, START, service)
    found.customer_with_a_car(**vehicle)
    return found


@pytest.mark.parametrize(
    ("vehicle", "end"),
    [
        pytest.param({"warranty_end": END}, END, id="the papers name the day"),
        pytest.param({"first_registration": date(2024, 6, 10)}, END, id="three years after the first registration"),
        pytest.param(
            {"first_registration": None, "delivered_on": date(2024, 6, 10)}, END, id="three years after the delivery"
        ),
        pytest.param(
            {"first_registration": date(2023, 5, 4), "warranty_end": END}, END, id="extended beyond its three years"
        ),
    ],
)
def test_a_warranty_is_told_to_end_between_ninety_and_fourteen_days_before(
    tmp_path: Path, vehicle: dict[str, Any], end: date
) -> None:
    told = story(tmp_path, "warranty_end", **vehicle).until(end)
    assert told
    assert "reminder" == told[-1].touch
    assert all(end - 90 * DAY <= one.met <= end - 14 * DAY for one in told)


@pytest.mark.parametrize(
    ("vehicle", "reason"),
    [
        pytest.param({"warranty_end": date(2028, 6, 10)}, "–", id="extension sold: the day is a year away"),
        pytest.param({"warranty_end": END, "make": "Other"}, "NOT_MEANT", id="another maker's warranty"),
        pytest.param({"warranty_end": date(2027, 2, 10)}, "–", id="over already"),
    ],
)
def test_whose_warranty_does_not_end_is_not_told_so(tmp_path: Path, vehicle: dict[str, Any], reason: str) -> None:
    found = story(tmp_path, "warranty_end", **vehicle)
    assert [] == found.until(date(2027, 6, 9))
    assert reason == found.why("warranty_end")


def test_an_extension_sold_after_the_first_message_ends_the_sequence(tmp_path: Path) -> None:
    found = story(tmp_path, "warranty_end", warranty_end=date(2027, 7, 20))
    while not found.told and found.today < date(2027, 7, 20):
        found.until(found.today)
    assert found.told
    found.drives(warranty_end=date(2029, 7, 20))
    assert [] == found.until(date(2027, 7, 31))


def test_a_lease_begins_with_a_conversation_and_ends_with_the_check_before_the_return(tmp_path: Path) -> None:
    end = date(2027, 8, 31)
    talk, check = story(tmp_path, "lease_end", lease_end=end).until(end)
    assert ("conversation", "return_check") == (talk.touch, check.touch)
    assert end - 270 * DAY <= talk.met <= end - 61 * DAY
    assert end - 60 * DAY <= check.met <= end - 20 * DAY


def test_a_lease_that_was_renewed_is_not_told_to_end(tmp_path: Path) -> None:
    found = story(tmp_path, "lease_end", lease_end=date(2027, 8, 31))
    assert ["conversation"] == [one.touch for one in found.until(date(2027, 6, 25))]
    found.drives(lease_end=date(2029, 8, 31))
    assert [] == found.until(date(2027, 7, 31))


SIGNED = [
    pytest.param("warranty_end", {"warranty_end": date(2027, 7, 20)}, id="an extension sold"),
    pytest.param("lease_end", {"lease_end": date(2027, 8, 31)}, id="a renewal signed"),
]


@pytest.mark.parametrize(("service", "vehicle"), SIGNED)
def test_what_the_dealers_list_says_was_signed_ends_the_sequence_though_the_dms_knows_nothing_of_it(
    tmp_path: Path, service: str, vehicle: dict[str, date]
) -> None:
    found = story(tmp_path, service, vin=VIN, plate="LA-AB 12", **vehicle)
    while not found.told:
        found.until(found.today)
    found.plan()
    rows = [ListRow(2, vin=VIN, reference="V-1", done=found.today.isoformat())]
    loaded = load_vehicle_list(found.store, rows, list_id=service, source="signed.csv", today=found.today)
    assert (1, 1) == (loaded.added, loaded.done)
    assert [] == found.until(date(2027, 8, 15))


@pytest.mark.parametrize(("service", "vehicle"), SIGNED)
def test_what_was_signed_before_the_vehicle_came_counts_from_the_import_that_brings_it(
    tmp_path: Path, service: str, vehicle: dict[str, Any]
) -> None:
    found = Story(tmp_path, START, service)
    rows = [ListRow(2, vin=VIN, reference="V-1", done=START.isoformat())]
    loaded = load_vehicle_list(found.store, rows, list_id=service, source="signed.csv", today=START)
    assert (0, 1, 1) == (loaded.added, loaded.all_waiting, loaded.waiting_done)
    found.customer_with_a_car(vin=VIN, plate="LA-AB 12", **vehicle)
    assert 1 == match_waiting(found.store)
    assert [] == found.until(date(2027, 8, 15))


def test_a_renewal_signed_long_before_the_end_is_no_reason_to_write(tmp_path: Path) -> None:
    found = story(tmp_path, "lease_end", vin=VIN, lease_end=START + 265 * DAY)
    rows = [ListRow(2, vin=VIN, reference="V-1", done=START.isoformat())]
    load_vehicle_list(found.store, rows, list_id="lease_end", source="signed.csv", today=START)
    assert [] == found.until(START + 60 * DAY)
    assert "DONE_HERE" == found.why("lease_end")


def test_a_planned_talk_about_a_lease_renewed_long_before_its_end_is_explained_by_the_signature(tmp_path: Path) -> None:
    found = story(tmp_path, "lease_end", vin=VIN, lease_end=START + 265 * DAY)
    found.plan()
    (planned,) = found._touchpoints()
    rows = [ListRow(2, vin=VIN, reference="V-1", done=START.isoformat())]
    load_vehicle_list(found.store, rows, list_id="lease_end", source="signed.csv", today=START)
    found.drives(lease_end=START + 1000 * DAY)  # the DMS follows on the same day
    found.plan()
    with found.store() as uow:
        decision = uow.plans.decision(planned.occasion_id)
    assert decision is not None
    assert "DONE_HERE" == decision.reason


def test_what_is_signed_by_hand_takes_back_what_is_planned_at_once(tmp_path: Path) -> None:
    found = story(tmp_path, "warranty_end", warranty_end=END)
    found.plan()
    assert ["planned"] == [one.state for one in found._touchpoints()]
    found.add(ListEntry("warranty_end", "V0", "V-1", START))
    assert 1 == close_by_hand(found.store, "warranty_end", "V0", START)
    assert ["cancelled"] == [one.state for one in found._touchpoints()]


def test_an_offer_that_nobody_signed_and_the_end_of_another_contract_change_nothing(tmp_path: Path) -> None:
    found = story(tmp_path, "warranty_end", warranty_end=END)
    found.add(ListEntry("warranty_end", "V0", "V-1", START), ListEntry("lease_end", "V0", "V-2", START))
    assert 1 == close_by_hand(found.store, "lease_end", "V0", START)
    assert found.until(END)


def test_without_a_contract_there_is_no_end_of_one(tmp_path: Path) -> None:
    found = story(tmp_path, "lease_end")
    assert [] == found.until(date(2027, 4, 1))
    assert "–" == found.why("lease_end")


def test_selling_by_mail_needs_its_own_permission(tmp_path: Path) -> None:
    found = Story(tmp_path, START, "lease_end")
    found.customer_with_a_car(by_mail=False, lease_end=date(2027, 8, 31))
    assert {"letter"} == {one.channel for one in found.until(date(2027, 7, 31))}
