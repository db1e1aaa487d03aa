"""Warranty and lease: before they end, while there is still something to be had from them."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.factories.planning_story import DAY, Story

START, END = date(2027, 3, 1), date(2027, 6, 10)


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


def test_without_a_contract_there_is_no_end_of_one(tmp_path: Path) -> None:
    found = story(tmp_path, "lease_end")
    assert [] == found.until(date(2027, 4, 1))
    assert "–" == found.why("lease_end")


def test_selling_by_mail_needs_its_own_permission(tmp_path: Path) -> None:
    found = Story(tmp_path, START, "lease_end")
    found.customer_with_a_car(by_mail=False, lease_end=date(2027, 8, 31))
    assert {"letter"} == {one.channel for one in found.until(date(2027, 7, 31))}
