"""Recalls and acute notices: no advertising, so that neither a block nor a cap stands in their way."""

from datetime import date
from pathlib import Path

import pytest

from guildpost_agent.domain.holds import Hold, HoldKind
from tests.factories.agent import a_customer, a_vehicle
from tests.factories.planning_story import DAY, Story

START = date(2027, 3, 1)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path, START, "recall", "acute_notice", "hu_au")
    story.customer_with_a_car()
    return story


def test_a_recall_leaves_by_the_next_post_and_is_repeated_after_a_month(story: Story) -> None:
    story.lists("recall")
    first, second = story.until(START + 61 * DAY)
    assert ("notice", "letter", date(2027, 3, 5)) == (first.touch, first.channel, first.met)  # four working days
    assert ("repeat", "letter") == (second.touch, second.channel)
    assert START + 30 * DAY <= second.met <= START + 60 * DAY


@pytest.mark.parametrize(
    "customer",
    [
        pytest.param({"advertising_block": True}, id="advertising block"),
        pytest.param({"email": ""}, id="no e-mail"),
        pytest.param({"is_business": True, "company": "Stern Leasing GmbH"}, id="a fleet"),
    ],
)
def test_a_recall_goes_by_letter_whoever_keeps_the_car(story: Story, customer: dict[str, object]) -> None:
    story.becomes(**customer)
    story.lists("recall")
    assert ["letter"] == [one.channel for one in story.until(START + 20 * DAY)]


def test_a_recall_is_said_to_be_exempt_from_the_contact_limit(story: Story) -> None:
    story.lists("recall")
    story.plan()
    with story.store() as uow:
        (touchpoint,) = (one for one in uow.plans.touchpoints() if one.service_id == "recall")
    assert "pressure_exempt" == touchpoint.reasons[-1]["code"]


def test_a_dispute_holds_back_no_recall(story: Story) -> None:
    story.add(Hold(story.customer, HoldKind.DISPUTE, START))
    story.lists("recall")
    assert story.until(START + 20 * DAY)


def test_a_notice_comes_the_same_day_though_an_advertisement_came_the_day_before(story: Story) -> None:
    story.drives(next_hu=date(2027, 4, 1))
    while not story.told:
        story.until(story.today)
    story.lists("notice")
    (notice,) = story.until(story.today + 2 * DAY)
    assert ["hu_au", "acute_notice"] == [one.service for one in story.told]
    assert (notice.met - story.told[0].met).days <= 3


def test_a_notice_needs_no_permission_and_falls_back_on_the_letter(tmp_path: Path) -> None:
    story = Story(tmp_path, START, "acute_notice")
    story.customer_with_a_car(by_mail=False)
    story.becomes(email="", advertising_block=True)
    story.lists("notice")
    assert ["letter"] == [one.channel for one in story.until(START + 14 * DAY)]


def test_a_recall_never_carries_advertising_along(story: Story) -> None:
    story.drives(next_hu=date(2027, 4, 1))
    story.lists("recall")
    assert {()} == {one.also for one in story.until(date(2027, 5, 31))}


@pytest.mark.parametrize(
    "how", ["the workshop's line says so", "struck off the list"], ids=["a line of the workshop", "struck off"]
)
def test_a_recall_that_was_done_is_not_repeated(story: Story, how: str) -> None:
    story.lists("recall")
    assert 1 == len(story.until(START + 25 * DAY))
    if how == "struck off the list":
        with story.store() as uow:
            uow.lists.done("recall", "V0", story.today)
            uow.commit()
    else:
        story.was_here(story.today, "Rückrufaktion durchgeführt")
    assert [] == story.until(START + 70 * DAY)


def test_a_second_recall_is_told_though_another_was_done_lately(story: Story) -> None:
    story.was_here(date(2027, 2, 1), "Rückrufaktion 17 durchgeführt")
    story.lists("recall")
    assert 1 == len(story.until(START + 20 * DAY))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param(a_vehicle("V0", customer_id="nobody"), "NOT_CUSTOMER", id="keeper unknown"),
        pytest.param(a_vehicle("V0", sold_on=START), "SOLD_OR_GONE", id="sold"),
        pytest.param(None, "DECEASED", id="died"),
    ],
)
def test_whom_no_letter_reaches_is_not_written_to(story: Story, row: object, reason: str) -> None:
    story.add(row if row is not None else a_customer(story.customer, deceased=True))
    story.lists("recall")
    assert [] == story.until(START + 20 * DAY)
    assert reason == story.why("recall")
