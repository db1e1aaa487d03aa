"""Thanks after a visit, and more of them to who keeps coming: a file of the catalogue like any other service."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from guildpost_shared.services.conditions import compile_condition
from guildpost_shared.services.definition import ServiceDefinition, Touch
from guildpost_shared.services.event_rules import AfterEventRule, Event
from tests.factories.planning_story import DAY, SERVICES, Story

START = date(2027, 3, 1)
THANKS = replace(
    SERVICES["accident_follow_up"],
    service_id="thanks",
    work=None,
    occasion=AfterEventRule(Event.VISIT, (3,)),
    touches=(Touch("thanks", 0, -21, -2),),
)
LOYAL = replace(THANKS, condition=compile_condition("customer.visits >= 4"))


def story(folder: Path, service: ServiceDefinition = THANKS) -> Story:
    found = Story(folder, START, service)
    found.customer_with_a_car()
    return found


def test_who_was_here_is_thanked_once_within_three_weeks(tmp_path: Path) -> None:
    found = story(tmp_path)
    found.was_here(START, "Ölwechsel")
    (told,) = found.until(START + 60 * DAY)
    assert START + 3 * DAY <= told.met <= START + 24 * DAY


def test_who_comes_back_for_a_part_is_not_thanked_twice(tmp_path: Path) -> None:
    found = story(tmp_path)
    found.was_here(START, "Bremsbeläge vorne")
    found.until(START + 8 * DAY)
    found.was_here(found.today, "Wischerblatt ersetzt")
    found.until(START + 60 * DAY)
    assert 1 == len(found.told)


def test_the_next_visit_is_thanked_for_again(tmp_path: Path) -> None:
    found = story(tmp_path)
    found.was_here(START, "Ölwechsel")
    found.until(START + 60 * DAY)
    found.was_here(found.today, "Räderwechsel")
    found.until(found.today + 30 * DAY)
    assert 2 == len(found.told)


@pytest.mark.parametrize(("visits", "told"), [(3, 0), (4, 1)], ids=["not yet", "who keeps coming"])
def test_a_condition_keeps_it_for_those_who_keep_coming(tmp_path: Path, visits: int, told: int) -> None:
    found = story(tmp_path, LOYAL)
    for ago in (0, 60, 120)[: visits - 1]:  # one more was last summer
        found.was_here(START - ago * DAY, "Ölwechsel")
    assert told == len(found.until(START + 40 * DAY))


def test_a_new_keeper_is_not_thanked_for_the_former_keepers_visit(tmp_path: Path) -> None:
    found = story(tmp_path)
    found.was_here(START, "Ölwechsel")
    found.drives(keeper_since=START + DAY)
    assert [] == found.until(START + 40 * DAY)
    assert "–" == found.why("thanks")
