"""Somebody asks to be reminded later: written to again then, once, and not before."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest

from guildpost_agent.domain.months import add_months
from guildpost_shared.answers.events import REMINDERS, Answer
from tests.factories.planning_story import DAY, Story

START = date(2027, 3, 1)
DUE = date(2027, 5, 31)
FORTNIGHT = timedelta(days=14)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path, START, "hu_au")
    story.customer_with_a_car(next_hu=date(2027, 5, 1))
    return story


def written_to(story: Story) -> date:
    """Wait for the first message; give the day after it."""
    while not story.told:
        story.until(story.today)
    return story.today


WISHED: Final[dict[Answer, Callable[[date], date]]] = {
    Answer.IN_TWO_WEEKS: lambda day: day + FORTNIGHT,
    Answer.IN_ONE_MONTH: lambda day: add_months(day, 1),
    Answer.IN_THREE_MONTHS: lambda day: add_months(day, 3),
}


@pytest.mark.parametrize("answer", REMINDERS)
def test_the_reminder_comes_within_two_weeks_from_the_wished_day_and_only_once(story: Story, answer: Answer) -> None:
    day = written_to(story)
    story.answers(answer)
    wished = WISHED[answer](day)
    (again,) = story.until(wished + 60 * DAY)
    assert wished <= again.met <= wished + FORTNIGHT


def test_a_reminder_after_the_due_date_comes_all_the_same(story: Story) -> None:
    story.until(DUE - 20 * DAY)
    assert story.told
    day = story.today
    story.answers(Answer.IN_THREE_MONTHS)
    (again,) = story.until(DUE + 120 * DAY)
    assert DUE < add_months(day, 3) <= again.met <= add_months(day, 3) + FORTNIGHT


@pytest.mark.parametrize("then", ["books", "comes", "sells", "already done"])
def test_whoever_settles_it_meanwhile_is_not_reminded(story: Story, then: str) -> None:
    written_to(story)
    story.answers(Answer.IN_ONE_MONTH)
    story.until(story.today + 5 * DAY)
    if then == "books":
        story.books("hu_au", story.today + 60 * DAY)
    elif then == "comes":
        story.was_here(story.today, "HAUPTUNTERSUCHUNG", kind="hu")
    elif then == "sells":
        story.drives(next_hu=date(2027, 5, 1), sold_on=story.today)
    else:
        story.answers(Answer.HU_DONE, number=2)
    assert [] == story.until(story.today + 55 * DAY)


def test_whoever_asks_twice_is_reminded_at_the_later_word(story: Story) -> None:
    day = written_to(story)
    story.answers(Answer.IN_TWO_WEEKS)
    story.today += 3 * DAY
    story.answers(Answer.IN_ONE_MONTH, number=2)
    wished = add_months(day + 3 * DAY, 1)
    (again,) = story.until(wished + 30 * DAY)
    assert wished <= again.met <= wished + FORTNIGHT
