"""Thanks after a visit, and other words for who keeps coming: never beside a call that asks how it was."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from guildpost_agent.app.calls.close_call import close_call
from guildpost_agent.app.calls.list_calls import list_calls
from guildpost_agent.domain.cadence import GAP_DAYS
from guildpost_agent.domain.call_results import Reached
from guildpost_agent.domain.consent.terms import Purpose
from guildpost_agent.domain.service_work import asks_for_a_visit, consent_purpose
from guildpost_shared.services.definition import Channel, ServiceDefinition
from tests.agent.calls.test_call_use_cases import PHONE
from tests.agent.calls.test_calls_count_as_contacts import RULES
from tests.factories.agent import a_consent
from tests.factories.planning_story import DAY, SERVICES, Story

START = date(2027, 3, 1)
THANKS = ("thanks", "loyalty")


def story(folder: Path, *services: str) -> Story:
    found = Story(folder, START, *(services or THANKS))
    found.customer_with_a_car()
    return found


def test_who_was_here_is_thanked_once_within_three_weeks(tmp_path: Path) -> None:
    found = story(tmp_path)
    found.was_here(START, "Ölwechsel")
    (told,) = found.until(START + 60 * DAY)
    assert "thanks" == told.service
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


@pytest.mark.parametrize(("visits", "service"), [(3, "thanks"), (4, "loyalty")], ids=["third visit", "fourth visit"])
def test_who_keeps_coming_is_thanked_for_that(tmp_path: Path, visits: int, service: str) -> None:
    found = story(tmp_path)
    for ago in (0, 60, 120)[: visits - 1]:  # one more was last summer
        found.was_here(START - ago * DAY, "Ölwechsel")
    assert [service] == [one.service for one in found.until(START + 40 * DAY)]


def test_a_new_keeper_is_not_thanked_for_the_former_keepers_visit(tmp_path: Path) -> None:
    found = story(tmp_path)
    found.was_here(START, "Ölwechsel")
    found.drives(keeper_since=START + DAY)
    assert [] == found.until(START + 40 * DAY)
    assert "–" == found.why("thanks")


def test_thanks_ask_how_it_was_and_need_that_permission_by_mail(tmp_path: Path) -> None:
    assert (Purpose.SATISFACTION, Purpose.SERVICE_REMINDERS) == tuple(consent_purpose(SERVICES[one]) for one in THANKS)
    found = Story(tmp_path, START, *THANKS)
    found.customer_with_a_car(by_mail=False)
    found.add(a_consent(found.customer, purpose="service_reminders"))
    found.was_here(START, "Ölwechsel")
    assert ["letter"] == [one.channel for one in found.until(START + 40 * DAY)]


def test_thanks_take_no_place_in_the_workshop() -> None:
    assert [False, False, True] == [asks_for_a_visit(SERVICES[one]) for one in (*THANKS, "win_back")]


@pytest.fixture
def repaired(tmp_path: Path) -> Story:
    """Somebody who may be called and drives two cars; the dealer asks by telephone how a repair was."""
    found = Story(tmp_path, START, "thanks", by_call(SERVICES["accident_follow_up"]))
    found.customer_with_a_car()
    found.drives("V1")
    found.becomes(mobile="+491701234567")
    found.add(replace(PHONE, customer_id=found.customer, purpose="satisfaction"))
    return found


def test_the_call_that_asks_how_it_was_waits_two_weeks_after_the_thanks(repaired: Story) -> None:
    repaired.was_here(START, "Unfallschaden vorn links instandgesetzt")
    (called,) = call_whom_the_list_offers(repaired, START + 40 * DAY)
    (thanked,) = repaired.told
    assert called >= thanked.met + GAP_DAYS * DAY


def test_thanks_wait_two_weeks_after_the_call_that_asked_how_it_was(repaired: Story) -> None:
    repaired.was_here(START - 25 * DAY, "Unfallschaden vorn links instandgesetzt")
    (called,) = call_whom_the_list_offers(repaired, START + 1 * DAY)
    repaired.was_here(START + 1 * DAY, "Ölwechsel", vehicle_id="V1")
    assert [] == call_whom_the_list_offers(repaired, START + 40 * DAY)
    (thanked,) = repaired.told
    assert thanked.met >= called + GAP_DAYS * DAY


def by_call(service: ServiceDefinition) -> ServiceDefinition:
    """Give a service as a dealer runs it who switched its other channels off."""
    return replace(service, channels=tuple(use for use in service.channels if use.channel is Channel.CALL))


def call_whom_the_list_offers(story: Story, last: date) -> list[date]:
    """Make every call that the work list offers in the mornings; give the days."""
    days = []
    while story.today <= last:
        at = story._at(10)
        for one in list_calls(story.store, RULES, at).calls:
            if one.in_hours:
                close_call(story.store, one.task.task_id, Reached(), by="Kraft", rules=RULES, now=at)
                days.append(story.today)
        story.until(story.today)
    return days
