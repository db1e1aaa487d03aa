"""What the calendar brings: wheels from O to O, and the checks before holidays, in light month and before winter."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from guildpost_agent.domain.history import histories
from guildpost_agent.domain.occasions import find
from guildpost_agent.domain.subjects import Subjects
from tests.factories.agent import a_customer, a_job, a_vehicle
from tests.factories.planning_story import DAY, SERVICES, Story

EASTER, OCTOBER = date(2027, 3, 28), date(2027, 10, 1)
LATE_WINTER, SUMMER = date(2027, 2, 8), date(2027, 8, 2)
WHEELS = [SERVICES["wheel_change"]]


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path, LATE_WINTER, "wheel_change", "seasonal_check")
    story.customer_with_a_car()
    return story


def test_wheels_are_changed_at_easter_and_in_october(tmp_path: Path) -> None:
    story = Story(tmp_path, LATE_WINTER, "wheel_change")
    story.customer_with_a_car()
    spring, autumn = story.until(EASTER), story.until(OCTOBER)
    assert ["invitation", "reminder"] == [one.touch for one in spring]
    assert all(EASTER - 35 * DAY <= one.met <= EASTER - 7 * DAY for one in spring)
    assert ["invitation", "reminder"] == [one.touch for one in autumn]
    assert all(OCTOBER - 35 * DAY <= one.met <= OCTOBER - 7 * DAY for one in autumn)


def test_wheels_changed_this_season_are_not_asked_about_until_the_next(story: Story) -> None:
    story.was_here(LATE_WINTER, "Räderwechsel")
    assert [] == [one for one in story.until(EASTER) if one.service == "wheel_change"]
    assert 2 == len([one for one in story.until(OCTOBER) if one.service == "wheel_change"])


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        pytest.param(lambda s: s.was_here(s.today, "4 Ganzjahresreifen montiert"), "NOT_MEANT", id="all-season tyres"),
        pytest.param(lambda s: s.drives(plate_season="04-10"), "NOT_MEANT", id="season plate"),
        pytest.param(lambda s: s.drives(vehicle_class="motorcycle"), "NOT_MEANT", id="a motorcycle"),
        pytest.param(lambda s: s.was_here(s.today, "Räderwechsel"), "DONE_HERE", id="changed already"),
        pytest.param(lambda s: s.books("wheel_change", date(2027, 3, 30)), "ALREADY_BOOKED", id="booked"),
    ],
)
def test_whose_wheels_nobody_changes_is_not_asked(
    story: Story, happens: Callable[[Story], object], reason: str
) -> None:
    happens(story)
    assert [] == [one for one in story.until(EASTER - DAY) if one.service == "wheel_change"]
    assert reason == story.why("wheel_change")


def test_wheels_that_are_not_ours_of_a_car_that_was_never_here_are_not_asked_about(tmp_path: Path) -> None:
    story = Story(tmp_path, LATE_WINTER, "wheel_change")
    story.becomes()
    story.add(a_vehicle("V0", customer_id=story.customer, first_registration=date(2026, 3, 1)))
    assert [] == story.until(EASTER - DAY)
    assert "NOT_MEANT" == story.why("wheel_change")


def test_each_of_the_three_checks_of_the_year_is_told_once(tmp_path: Path) -> None:
    story = Story(tmp_path, date(2027, 5, 17), "seasonal_check")
    story.customer_with_a_car()
    told = story.until(date(2027, 12, 10))
    days = [date(2027, 6, 25), date(2027, 10, 15), date(2027, 12, 1)]
    assert len(days) == len(told)
    assert all(day - 28 * DAY <= one.met <= day for day, one in zip(days, told, strict=True))


def test_a_light_test_in_october_is_no_winter_check(tmp_path: Path) -> None:
    story = Story(tmp_path, date(2027, 9, 13), "seasonal_check")
    story.customer_with_a_car()
    story.was_here(date(2027, 10, 14), "Lichttest")
    told = story.until(date(2027, 12, 1))
    assert date(2027, 11, 3) <= told[-1].met <= date(2027, 12, 1)


@pytest.mark.parametrize(
    ("frost", "due"),
    [
        pytest.param(date(2027, 10, 12), date(2027, 10, 12), id="later than the first of October"),
        pytest.param(date(2027, 9, 20), date(2027, 9, 20), id="earlier, in the mountains"),
        pytest.param(date(2027, 12, 20), OCTOBER, id="a table of another climate"),
        pytest.param(None, OCTOBER, id="no table"),
    ],
)
def test_the_autumn_follows_the_region_s_first_frost(frost: date | None, due: date) -> None:
    here = Subjects([a_vehicle()], histories([a_job()]), {"1": a_customer(postcode="87435")})
    known = replace(here, first_frost=lambda postcode, year: frost if (postcode, year) == ("87435", 2027) else None)
    assert [due] == [occasion.due_date for occasion in find(known, WHEELS, SUMMER)]


@pytest.mark.parametrize(("year", "easter"), [(2026, date(2026, 4, 5)), (2027, EASTER), (2028, date(2028, 4, 16))])
def test_the_spring_is_due_on_easter_sunday(year: int, easter: date) -> None:
    here = Subjects([a_vehicle()], histories([a_job()]))
    assert [easter] == [occasion.due_date for occasion in find(here, WHEELS, date(year, 2, 1))]
