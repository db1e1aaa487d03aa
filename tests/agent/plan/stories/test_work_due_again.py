"""Brake fluid and air conditioning: two years after the last time, and the cool air when it is wanted."""

from datetime import date
from pathlib import Path

import pytest

from tests.factories.planning_story import DAY, Story

START = date(2027, 3, 1)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path, START, "brake_fluid", "climate")
    story.customer_with_a_car()
    return story


def test_brake_fluid_is_due_two_years_after_it_was_changed(story: Story) -> None:
    story.was_here(date(2025, 4, 20), "ENTLEERT U BEFUELLT BREMSKREISLAUF")
    (told,) = story.until(date(2027, 4, 30))
    assert ("brake_fluid", "invitation") == (told.service, told.touch)
    assert date(2027, 3, 21) <= told.met <= date(2027, 4, 13)


def test_air_conditioning_of_a_winter_waits_for_april(story: Story) -> None:
    story.was_here(date(2025, 1, 20), "Klimaservice")
    (told,) = story.until(date(2027, 5, 31))
    assert ("climate", True) == (told.service, date(2027, 3, 31) <= told.met <= date(2027, 4, 30))


def test_air_conditioning_is_told_once_and_then_not_for_two_years(story: Story) -> None:
    story.was_here(date(2025, 4, 20), "Klimaanlage gewartet")
    assert 1 == len(story.until(date(2027, 7, 15)))


@pytest.mark.parametrize(
    "text", ["Bremsflüssigkeit empfohlen, nicht durchgeführt", "Ölwechsel"], ids=["declined", "other work"]
)
def test_what_was_never_changed_here_is_not_due(story: Story, text: str) -> None:
    story.was_here(date(2025, 4, 20), text)
    assert [] == story.until(date(2027, 4, 30))
    assert "–" == story.why("brake_fluid")


def test_changed_again_in_the_meantime_is_not_asked_about(story: Story) -> None:
    story.was_here(date(2025, 4, 20), "Bremsflüssigkeit gewechselt")
    story.was_here(date(2026, 6, 1), "Wechsel der Bremsflüssigkeit")
    assert [] == story.until(date(2027, 4, 30))


def test_a_trailer_has_no_such_brakes(story: Story) -> None:
    story.was_here(date(2025, 4, 20), "Bremsflüssigkeit gewechselt")
    story.drives(vehicle_class="trailer_to_3500kg")
    assert [] == story.until(date(2027, 4, 19))
    assert "NOT_MEANT" == story.why("brake_fluid")


def test_an_appointment_for_it_is_enough(story: Story) -> None:
    story.was_here(date(2025, 4, 20), "Bremsflüssigkeit gewechselt")
    story.books("brake_fluid", date(2027, 4, 25))
    assert [] == story.until(date(2027, 4, 19))
    assert "ALREADY_BOOKED" == story.why("brake_fluid")


def test_both_that_fall_due_together_are_told_in_one_message(story: Story) -> None:
    story.was_here(date(2025, 4, 20), "Bremsflüssigkeit gewechselt")
    story.was_here(date(2025, 4, 22), "Klimaservice")
    (told,) = story.until(date(2027, 4, 22) + 30 * DAY)
    assert ("brake_fluid", ("climate",)) == (told.service, told.also)
