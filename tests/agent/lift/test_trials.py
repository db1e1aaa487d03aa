"""Who is in which arm, when they would have been written to, and whether they came in time."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from guildpost_agent.domain.lift.control import ControlGroup
from guildpost_agent.domain.lift.intervals import Arm
from guildpost_agent.domain.lift.planned_days import derived, stated
from guildpost_agent.domain.lift.trials import Trial, Visit, first_of_each, lifts, mature
from guildpost_agent.domain.records import Channel, Occasion, Triage

KEY = bytes(range(32))
DAY = date(2027, 3, 1)
TRIAL = Trial("1", "V1", "hu_au", Channel.EMAIL, held_out=False, planned_on=DAY, window_days=21)
OCCASION = Occasion("o1", "1", "V1", "hu_au", date(2027, 4, 30), "dms", 0.9, Triage.TRUSTED)
NAMES = [str(number) for number in range(4_000)]


def test_a_larger_share_lets_nobody_go_and_a_smaller_one_neither() -> None:
    five = {name for name in NAMES if ControlGroup(KEY).holds(name, "hu_au")}
    ten = {name for name in NAMES if ControlGroup(KEY, 0.10).holds(name, "hu_au")}
    again = ControlGroup(KEY, 0.05, frozenset((name, "hu_au") for name in ten))
    assert five < ten
    assert ten == {name for name in NAMES if again.holds(name, "hu_au")}
    assert 0.085 < len(ten) / len(NAMES) < 0.115


@pytest.mark.parametrize("share", [0.0, 0.049, 0.11, 1.0])
def test_a_share_beyond_five_to_ten_per_cent_is_a_mistake(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        ControlGroup(KEY, share)


@pytest.mark.parametrize(
    ("visit", "expected"),
    [
        pytest.param({}, 1, id="on the same day"),
        pytest.param({"on": DAY + timedelta(days=21)}, 1, id="on the last day of the window"),
        pytest.param({"on": DAY + timedelta(days=22)}, 0, id="a day too late"),
        pytest.param({"on": DAY - timedelta(days=1)}, 0, id="before the message"),
        pytest.param({"vehicle_id": ""}, 1, id="an appointment without a vehicle"),
        pytest.param({"vehicle_id": "V2"}, 0, id="another vehicle"),
        pytest.param({"service_id": "inspection"}, 0, id="for something else"),
        pytest.param({"customer_id": "2"}, 0, id="somebody else"),
    ],
)
def test_a_visit_counts_for_its_customer_vehicle_and_service_within_the_window(
    visit: dict[str, Any], expected: int
) -> None:
    came = replace(Visit("1", "V1", "hu_au", DAY), **visit)
    assert Arm(1, expected) == lifts([TRIAL], [came])["hu_au", None].treated


def test_two_visits_of_one_customer_are_one_and_both_arms_are_counted_by_channel_too() -> None:
    held = replace(TRIAL, customer_id="2", held_out=True, channel=Channel.LETTER, window_days=42)
    visits = [Visit("1", "V1", "hu_au", DAY), Visit("1", "V1", "hu_au", DAY), Visit("2", "V1", "hu_au", DAY)]
    found = lifts([TRIAL, held], visits)
    assert (Arm(1, 1), Arm(1, 1)) == (found["hu_au", None].treated, found["hu_au", None].held_out)
    assert (Arm(1, 1), Arm()) == (found["hu_au", Channel.EMAIL].treated, found["hu_au", Channel.EMAIL].held_out)
    assert Arm(1, 1) == found["hu_au", Channel.LETTER].held_out


def test_a_customer_counts_once_for_a_service_with_the_earliest_occasion() -> None:
    later = replace(TRIAL, vehicle_id="V2", planned_on=DAY + timedelta(days=9))
    other = replace(TRIAL, service_id="inspection")
    assert [TRIAL, other] == sorted(first_of_each([later, other, TRIAL]), key=lambda trial: trial.service_id)


@pytest.mark.parametrize(("until", "expected"), [(DAY + timedelta(days=21), 0), (DAY + timedelta(days=22), 1)])
def test_a_window_that_is_not_over_is_left_out(until: date, expected: int) -> None:
    assert expected == len(mature([TRIAL], until))


def test_the_control_groups_days_have_the_distribution_of_the_treated_and_stay_the_same() -> None:
    leads = sorted([14, 30, 42, 42, 60] * 40)
    occasions = [replace(OCCASION, occasion_id=f"o{number}") for number in range(2_000)]
    days = [derived(one, date(2027, 1, 1), leads, KEY) for one in occasions]
    assert days == [derived(one, date(2027, 1, 1), leads, KEY) for one in occasions]
    found = [(OCCASION.due_date - day).days for day in days if day is not None]
    assert {14, 30, 42, 60} == set(found)
    assert 0.36 < found.count(42) / len(found) < 0.44


@pytest.mark.parametrize(
    ("decided_on", "leads", "expected"),
    [
        pytest.param(date(2027, 1, 1), [42], date(2027, 3, 19), id="days before it is due"),
        pytest.param(date(2027, 4, 1), [42], date(2027, 4, 1), id="never before the decision"),
        pytest.param(date(2027, 1, 1), [], None, id="nobody to compare with"),
    ],
)
def test_a_control_groups_day_is_taken_from_the_treated(
    decided_on: date, leads: list[int], expected: date | None
) -> None:
    assert expected == derived(OCCASION, decided_on, leads, KEY)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"channel": "letter", "planned_on": "2027-03-01", "percent": 5}, (Channel.LETTER, DAY)),
        ({"percent": 5}, None),
        ({"channel": "pigeon", "planned_on": "2027-03-01"}, None),
        ({"channel": "email"}, None),
    ],
    ids=["said", "not said", "an unknown way", "no day"],
)
def test_a_decision_that_says_day_and_channel_is_believed(
    facts: dict[str, str | int | float | bool], expected: tuple[Channel, date] | None
) -> None:
    assert expected == stated(facts)
