"""After an accident's repair, and after work was declined: asked twice, and not a third time."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.factories.planning_story import DAY, Story

START = date(2027, 3, 1)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path, START, "accident_follow_up", "declined_work")
    story.customer_with_a_car()
    return story


def test_an_accident_s_repair_is_followed_by_a_question_after_two_weeks_and_one_after_half_a_year(story: Story) -> None:
    story.was_here(START, "Unfallschaden vorn links instandgesetzt")
    first, second = story.until(START + 202 * DAY)
    assert START + 14 * DAY <= first.met <= START + 35 * DAY
    assert START + 180 * DAY <= second.met <= START + 201 * DAY


def test_an_estimate_is_no_repair(story: Story) -> None:
    story.was_here(START, "Kostenvoranschlag Unfallschaden nicht durchgeführt")
    assert [] == story.until(START + 40 * DAY)


def test_declined_work_is_asked_about_twice(story: Story) -> None:
    story.was_here(START, "Bremsbeläge vorne", declined=True)
    told = story.until(START + 90 * DAY)
    assert {"declined_work"} == {one.service for one in told}
    first, second = (one.met for one in told)
    assert START + 30 * DAY <= first <= START + 51 * DAY
    assert START + 60 * DAY <= second <= START + 81 * DAY


def test_who_answered_the_first_question_is_not_asked_again(story: Story) -> None:
    story.was_here(START, "Bremsbeläge vorne", declined=True)
    story.until(START + 55 * DAY)
    story.answers()
    assert [] == story.until(START + 90 * DAY)


def test_work_done_later_is_not_asked_about(story: Story) -> None:
    story.was_here(START, "Bremsbeläge vorne", declined=True)
    story.until(START + 20 * DAY)
    story.was_here(story.today, "BREMSBELÄGE VORNE")
    assert [] == story.until(START + 90 * DAY)


@pytest.mark.parametrize(
    "car", [{"first_registration": date(2008, 5, 4)}, {"mileage_km": 310_000}], ids=["too old", "driven too far"]
)
def test_a_car_beyond_repair_is_not_asked_about(story: Story, car: dict[str, Any]) -> None:
    story.drives(**car)
    story.was_here(START, "Bremsbeläge vorne", declined=True)
    assert [] == story.until(START + 40 * DAY)
    assert "NOT_MEANT" == story.why("declined_work")


@pytest.mark.parametrize("line", [{"text": "Unfallreparatur"}, {"text": "Bremsbeläge vorne", "declined": True}])
def test_a_new_keeper_is_not_asked_about_the_former_keepers_repair_or_refusal(
    story: Story, line: dict[str, Any]
) -> None:
    story.was_here(START, **line)
    story.drives(keeper_since=START + DAY)
    assert [] == story.until(START + 70 * DAY)


def test_asking_how_the_repair_was_needs_its_own_permission_by_mail(tmp_path: Path) -> None:
    story = Story(tmp_path, START, "accident_follow_up")
    story.customer_with_a_car(by_mail=False)
    story.was_here(START, "Unfallreparatur")
    assert ["letter"] == [one.channel for one in story.until(START + 60 * DAY)]
