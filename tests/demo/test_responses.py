"""The simulated customers respond with the trade's magnitudes."""

import math
from dataclasses import replace
from datetime import date, timedelta
from statistics import pstdev

import pytest

from guildpost_demo.network.dealers import dealers
from guildpost_demo.world import responses
from guildpost_demo.world.responses import Contact

CONTACT = Contact(service="hu_au", channel="email", weekday=2, hour=12, lead_days=45, is_business=False)


@pytest.mark.parametrize(
    ("days", "expected"),
    [(90, 0.55), (60, 0.85), (45, 1.00), (30, 0.95), (14, 0.70), (0, 0.45), (-30, 0.25), (52.5, 0.925)],
    ids=str,
)
def test_the_booking_effect_follows_the_days_before_the_due_date(days: float, expected: float) -> None:
    assert pytest.approx(expected) == responses.lead_effect(days)


@pytest.mark.parametrize("days", [-400, 400], ids=["long after", "long before"])
def test_far_from_the_due_date_hardly_anybody_books(days: int) -> None:
    assert responses.lead_effect(days) <= 0.2


@pytest.mark.parametrize(
    ("contact", "low", "high"),
    [
        (CONTACT, 0.035, 0.045),
        (replace(CONTACT, channel="letter"), 0.055, 0.065),
        (replace(CONTACT, service="inspection"), 0.025, 0.035),
        (replace(CONTACT, lead_days=0), 0.015, 0.021),
        (replace(CONTACT, hour=3), 0.010, 0.014),
    ],
    ids=["mail at the best time", "letter", "inspection", "on the due date", "at night"],
)
def test_the_lift_of_a_message_is_a_few_points(contact: Contact, low: float, high: float) -> None:
    assert low <= responses.booking_lift(contact) <= high


def test_mail_slots_are_about_one_on_average_over_the_working_day() -> None:
    effects = [
        responses.slot_effect(d, h, is_business=b) for d in range(5) for h in range(7, 20) for b in (False, True)
    ]
    assert pytest.approx(1.0, abs=0.12) == sum(effects) / len(effects)


def test_private_customers_answer_in_the_evening_and_businesses_in_the_morning() -> None:
    assert responses.slot_effect(1, 19, is_business=False) > responses.slot_effect(1, 14, is_business=False)
    assert responses.slot_effect(1, 8, is_business=True) > 2 * responses.slot_effect(1, 19, is_business=True)


@pytest.mark.parametrize(("age", "expected"), [(3, 0.65), (5, 0.50), (7, 0.38), (12, 0.25)], ids=str)
def test_older_cars_come_less_often_by_themselves(age: float, expected: float) -> None:
    assert expected == responses.base_visit(age)


def test_mails_are_read_half_within_four_hours_and_four_fifths_within_a_day() -> None:
    assert pytest.approx(4, abs=0.01) == responses.reading_delay_hours(0.5)
    assert pytest.approx(24, abs=0.01) == responses.reading_delay_hours(0.8)


def test_dealers_differ_in_level_and_in_lead_time() -> None:
    assert responses.booking_lift(replace(CONTACT, base_shift=0.3)) > responses.booking_lift(CONTACT)
    shifted = replace(CONTACT, lead_shift_days=10)
    curve = {days: responses.booking_lift(replace(shifted, lead_days=days)) for days in range(0, 91, 5)}
    assert 55 == max(curve, key=lambda days: curve[days])


def test_unsubscribes_and_clicks_are_as_rare_as_in_the_trade() -> None:
    assert 0.002 <= responses.UNSUBSCRIBE_RATE <= 0.004
    assert pytest.approx(0.035, rel=0.2) == responses.click_probability(CONTACT)


def test_the_demo_begins_on_a_monday_with_public_holidays_ahead() -> None:
    start = date(2027, 3, 1)
    assert 0 == start.weekday()
    assert start < date(2027, 3, 28) < start + timedelta(weeks=10)


def test_dealers_base_rates_spread_by_about_three_tenths_in_log_odds() -> None:
    shifts = [profile.base_shift for profile in dealers()]
    assert pytest.approx(0.3, abs=0.03) == pstdev(shifts)
    odds = [math.log(p / (1 - p)) for shift in shifts for p in [responses.shifted(0.25, shift)]]
    assert pytest.approx(pstdev(shifts)) == pstdev(odds)


def test_the_shift_reaches_the_lift_undiminished() -> None:
    plain, moved = responses.booking_lift(CONTACT), responses.booking_lift(replace(CONTACT, base_shift=0.3))
    assert pytest.approx(0.3) == math.log(moved / (1 - moved)) - math.log(plain / (1 - plain))
