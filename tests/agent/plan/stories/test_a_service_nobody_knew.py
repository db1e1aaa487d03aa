"""A new service is a file in the catalogue and nothing else: here the cabin filter, of which no line of code knows."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from guildpost_shared.services.definition import parse_service
from tests.factories.planning_story import Story

START = date(2027, 3, 1)


def _channel(name: str, hour: int | None, days: int) -> dict[str, Any]:
    return {
        "channel": name,
        "mandatory": False,
        "default_slot": {"weekday": 1, "hour": hour},
        "attribution_days": days,
        "templates": {"de": f"cabin_filter/1/{name}.de"},
    }


CABIN_FILTER = parse_service(
    json.dumps(
        {
            "type": "service",
            "id": "cabin_filter",
            "version": 1,
            "name": {"de": "Innenraumfilter", "en": "Cabin filter"},
            "occasion": {"kind": "after_work", "months": 12, "season": []},
            "condition": '!vehicle.vehicle_class.startsWith("trailer") && vehicle.age_months >= 24',
            "work": {"words": ["innenraumfilter", "pollenfilter"], "not_words": ["abgelehnt"]},
            "purpose": "advertising",
            "strength": 40,
            "touches": [
                {"id": "invitation", "first_day": 30, "last_day": 14, "default_lead": 21},
                {"id": "reminder", "first_day": 7, "last_day": -14, "default_lead": 3},
            ],
            "channels": [_channel("email", 10, 21), _channel("letter", None, 42)],
            "bundle_group": "workshop_visit",
            "cap_class": "commercial",
            "learning_class": "maintenance",
            "skill": "general",
            "network": "optional",
            "dealer_slots": ["offer"],
        }
    ).encode()
)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path, START, CABIN_FILTER, "brake_fluid")
    story.customer_with_a_car(first_registration=date(2020, 5, 1))
    return story


def test_it_is_told_a_year_after_the_work_and_again_when_nobody_answers(story: Story) -> None:
    story.was_here(date(2026, 4, 20), "Pollenfilter erneuert")
    told = story.until(date(2027, 5, 10))
    assert [("cabin_filter", "invitation"), ("cabin_filter", "reminder")] == [(one.service, one.touch) for one in told]
    assert date(2027, 3, 21) <= told[0].met <= date(2027, 4, 6)


def test_an_answer_ends_it(story: Story) -> None:
    story.was_here(date(2026, 4, 20), "Pollenfilter erneuert")
    story.until(date(2027, 4, 8))
    story.answers()
    assert [] == story.until(date(2027, 5, 10))


def test_its_condition_decides(story: Story) -> None:
    story.was_here(date(2026, 4, 20), "Pollenfilter erneuert")
    story.drives(first_registration=date(2025, 9, 1))
    assert [] == story.until(date(2027, 4, 19))
    assert "NOT_MEANT" == story.why("cabin_filter")


def test_it_shares_a_message_with_work_that_falls_due_at_the_same_time(story: Story) -> None:
    story.was_here(date(2025, 4, 22), "Bremsflüssigkeit gewechselt")
    story.was_here(date(2026, 4, 20), "Innenraumfilter ersetzt")
    first = story.until(date(2027, 4, 12))[0]
    assert ("brake_fluid", ("cabin_filter",)) == (first.service, first.also)
