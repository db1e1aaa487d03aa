"""How often somebody wants to hear from the dealer, and when not at all."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from guildpost_agent.app.consents.record import record_preferences
from guildpost_agent.domain.consent.preferences import Preferences
from tests.factories.planning_story import DAY, Story

START = date(2027, 3, 1)
YEAR = timedelta(days=365)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path, START, "hu_au", "inspection", "brake_fluid", "climate")
    story.customer_with_a_car(next_hu=date(2027, 5, 1), next_service=date(2027, 9, 15))
    for months_ago, text in ((22, "Bremsflüssigkeit gewechselt"), (20, "Klimaservice")):
        story.was_here(START - months_ago * 30 * DAY, text)
    return story


def wish(story: Story, wishes: Preferences) -> None:
    with story.store() as uow:
        record_preferences(uow, story.customer, wishes, datetime(2027, 3, 1, 5, tzinfo=UTC))
        uow.commit()


def test_without_a_wish_more_than_two_messages_come_in_a_year(story: Story) -> None:
    assert 2 < len(story.until(START + 250 * DAY))


@pytest.mark.parametrize("most", [1, 2])
def test_nobody_gets_more_in_a_year_than_they_wish(story: Story, most: int) -> None:
    wish(story, Preferences(most_per_year=most))
    days = [told.met for told in story.until(START + 250 * DAY)]
    assert most == len(days)


def test_a_rest_is_kept(story: Story) -> None:
    until = START + 60 * DAY
    wish(story, Preferences(paused_until=until))
    assert until < min(told.met for told in story.until(START + 250 * DAY))
