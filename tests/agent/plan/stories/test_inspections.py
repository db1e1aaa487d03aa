"""The periodic inspection and maintenance: invited, reminded, asked once more when overdue, and never beyond."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from guildpost_agent.domain.holds import Hold, HoldKind
from tests.factories.agent import a_vehicle, a_withdrawal
from tests.factories.planning_story import DAY, Story

FEBRUARY, APRIL = date(2027, 2, 1), date(2027, 4, 1)
DEADLINE = date(2027, 4, 30)


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path, FEBRUARY, "hu_au", "inspection", "brake_fluid")
    story.customer_with_a_car(next_hu=APRIL)
    return story


def test_three_messages_lead_to_the_inspection_and_the_last_comes_within_thirty_days_after(story: Story) -> None:
    told = story.until(date(2027, 6, 15))
    assert ["invitation", "reminder", "overdue"] == [one.touch for one in told]
    invited, reminded, overdue = (one.met for one in told)
    assert DEADLINE - 60 * DAY <= invited <= DEADLINE - 30 * DAY
    assert DEADLINE - 29 * DAY <= reminded <= DEADLINE - 14 * DAY
    assert DEADLINE + 5 * DAY <= overdue <= DEADLINE + 30 * DAY
    assert {"email"} == {one.channel for one in told}


def test_after_two_years_the_next_cycle_begins_from_the_month_really_inspected(story: Story) -> None:
    story.until(date(2027, 3, 20))
    story.was_here(date(2027, 3, 20), "Hauptuntersuchung", kind="hu")
    story.today = date(2029, 1, 2)
    told = story.until(date(2029, 3, 31))
    assert ["invitation", "reminder"] == [one.touch for one in told if one.service == "hu_au"]
    assert all(date(2029, 1, 28) <= one.met <= date(2029, 3, 17) for one in told if one.service == "hu_au")


HAPPENS: dict[str, tuple[Callable[[Story], object], str]] = {
    "booked": (lambda s: s.books("hu_au", date(2027, 4, 20)), "ALREADY_BOOKED"),
    "done here, so that the next one is years away": (lambda s: s.was_here(s.today, "TÜV", kind="hu"), "–"),
    "done elsewhere": (lambda s: s.drives(next_hu=date(2029, 2, 1)), "–"),
    "objected": (lambda s: s.becomes(advertising_block=True), "NO_LEGAL_BASIS"),
    "died": (lambda s: s.becomes(deceased=True), "DECEASED"),
    "of a fleet": (lambda s: s.becomes(is_business=True, company="Stern Leasing GmbH"), "FLEET_MANAGED"),
    "in dispute": (lambda s: s.add(Hold(s.customer, HoldKind.DISPUTE, s.today)), "LEGAL_DISPUTE"),
    "sold": (lambda s: s.drives(next_hu=APRIL, sold_on=s.today), "SOLD_OR_GONE"),
}
EACH = pytest.mark.parametrize(("happens", "reason"), HAPPENS.values(), ids=HAPPENS.keys())


@EACH
def test_who_needs_no_invitation_gets_none(story: Story, happens: Callable[[Story], object], reason: str) -> None:
    happens(story)
    assert [] == story.until(date(2027, 4, 15))
    assert reason == story.why("hu_au")


@EACH
def test_what_happens_after_the_invitation_ends_the_sequence(
    story: Story, happens: Callable[[Story], object], reason: str
) -> None:
    assert ["invitation"] == [one.touch for one in story.until(date(2027, 3, 8))]
    happens(story)
    assert [] == story.until(date(2027, 4, 15) if reason == "ALREADY_BOOKED" else date(2027, 6, 1))


def test_an_answer_ends_the_sequence(story: Story) -> None:
    story.until(date(2027, 3, 8))
    story.answers()
    assert [] == [one for one in story.until(date(2027, 6, 1)) if one.service == "hu_au"]


def test_a_withdrawal_leaves_the_letter(story: Story) -> None:
    story.add(a_withdrawal(story.customer))
    story.until(date(2027, 3, 31))
    assert ["letter"] == [one.channel for one in story.told]


def test_who_was_never_here_is_not_written_to(tmp_path: Path) -> None:
    story = Story(tmp_path, FEBRUARY, "hu_au")
    story.becomes()
    story.add(
        a_vehicle("V0", customer_id=story.customer, next_hu=date(2023, 4, 1), first_registration=date(2014, 4, 1))
    )
    assert [] == story.until(date(2027, 4, 15))
    assert "STALE" == story.why("hu_au")


def test_maintenance_and_brake_fluid_that_fall_due_together_share_one_message(tmp_path: Path) -> None:
    story = Story(tmp_path, date(2027, 3, 1), "hu_au", "inspection", "brake_fluid")
    story.customer_with_a_car(next_service=date(2027, 4, 20))
    story.was_here(date(2025, 4, 12), "WECHSEL DER BREMSFLÜSSIGKEIT")
    (first, *later) = story.until(date(2027, 4, 30))
    assert ("inspection", ("brake_fluid",)) == (first.service, first.also)
    assert {("inspection", ())} == {(one.service, one.also) for one in later}
    assert date(2027, 3, 13) <= first.met <= date(2027, 4, 5)  # the window that both have in common


def test_maintenance_is_told_twice_between_forty_five_and_ten_days_before_it_is_due(tmp_path: Path) -> None:
    story, due = Story(tmp_path, FEBRUARY, "inspection"), date(2027, 4, 20)
    story.customer_with_a_car(next_service=due)
    told = story.until(date(2027, 6, 15))
    assert ["invitation", "reminder"] == [one.touch for one in told]
    assert all(due - 45 * DAY <= one.met <= due - 10 * DAY for one in told)


def test_two_cars_of_one_customer_are_named_in_one_message(story: Story) -> None:
    second = a_vehicle("V1", customer_id=story.customer, next_hu=APRIL, next_service=date(2029, 1, 1))
    story.add(second)
    story.was_here(FEBRUARY - 200 * DAY, "Reparatur", vehicle_id="V1")
    (first, *_) = story.until(date(2027, 3, 31))
    assert ("hu_au", ("hu_au",)) == (first.service, first.also)


def test_nobody_is_met_twice_within_fourteen_days(story: Story) -> None:
    story.add(a_vehicle("V0", customer_id=story.customer, next_hu=APRIL, next_service=date(2027, 5, 20)))
    days = [one.met for one in story.until(date(2027, 6, 15))]
    assert len(days) >= 4
    assert all(later - earlier >= timedelta(days=14) for earlier, later in pairwise(days))
