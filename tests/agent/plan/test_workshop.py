"""The workshop's places: who takes them, when a message is one too many, and which weeks are filled first."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.workshop import GENERAL, Coming, Demand, Workshop
from guildpost_agent.domain.workshop_days import PLACE, Places

MONDAY = date(2027, 3, 1)
DAY = timedelta(days=1)
EVERY_TENTH = {"email": 10.0, "letter": 10.0}
DEMANDS = {
    "hu_au": Demand("inspection_bay", EVERY_TENTH),
    "inspection": Demand(GENERAL, EVERY_TENTH),
    "wheel_change": Demand("tyres", {"email": 50.0, "letter": 10.0}),
    "birthday": Demand("", EVERY_TENTH),
}
PLACES = {GENERAL: Places(2), "tyres": Places(1, frozenset({2}))}


def a_workshop(**changes: object) -> Workshop:
    known = {"places": PLACES, "demands": DEMANDS, "states": frozenset({"BY"}), "first": MONDAY}
    return Workshop(**(known | changes))  # type: ignore[arg-type]  # a builder for tests


def left(workshop: Workshop, skill: str, first: date = MONDAY, days: int = 7) -> list[float]:
    return [left / PLACE for _, _, left in workshop.days(skill, first, days)]


def fill(workshop: Workshop, days: Iterable[date], *services: str) -> None:
    for day in days:
        for _ in range(2):
            workshop.book(day, services or ("inspection",))


def test_a_skill_has_its_places_on_its_weekdays_and_none_on_holidays_and_closed_days() -> None:
    easter = date(2027, 3, 22)
    workshop = a_workshop(closed=frozenset({easter + 2 * DAY}))
    days = [day for day, _, _ in workshop.days(GENERAL, easter, 14)]
    assert days == [easter + n * DAY for n in (0, 1, 3, 8, 9, 10, 11)]  # Wednesday closed, Good Friday, Easter Monday
    assert left(workshop, "tyres", easter, 14) == [1, 1]  # its Tuesdays


@pytest.mark.parametrize(
    ("services", "general", "tyres"),
    [
        pytest.param([], 1, 1, id="nobody knows what for"),
        pytest.param(["inspection"], 1, 1, id="work that needs nothing special"),
        pytest.param(["hu_au"], 1, 1, id="a skill without places of its own"),
        pytest.param(["wheel_change"], 2, 0, id="a skill with its own places"),
        pytest.param(["wheel_change", "hu_au", "inspection"], 1, 0, id="one visit takes one place in each skill"),
    ],
)
def test_an_appointment_takes_a_place_of_its_skill(services: list[str], general: float, tyres: float) -> None:
    workshop = a_workshop()
    workshop.book(MONDAY + DAY, services)
    assert (left(workshop, GENERAL)[1], left(workshop, "tyres")[0]) == (general, tyres)


def test_good_wishes_and_work_without_a_limit_find_no_limit() -> None:
    assert a_workshop().room("birthday", "email") is None
    assert a_workshop(places={"tyres": Places(1)}).room("inspection", "email") is None


def test_a_message_is_spread_over_the_fortnight_in_which_its_readers_come() -> None:
    workshop = a_workshop()
    workshop.take("m", "inspection", "email", MONDAY)
    spread = left(workshop, GENERAL, MONDAY, 21)
    assert spread == [2] * 3 + [1.99] * 10 + [2] * 2


@pytest.mark.parametrize(
    ("booked", "expected"),
    [
        pytest.param(0, [1.95, 1.95], id="two empty days share alike"),
        pytest.param(1, [1 - 0.1 / 3, 2 - 0.2 / 3], id="where one place of three is left, a third comes"),
        pytest.param(2, [0, 1.9], id="to a day that is booked up nobody comes"),
    ],
)
def test_each_day_gets_its_share_of_the_places_that_are_not_booked(booked: int, expected: list[float]) -> None:
    workshop = a_workshop(coming=Coming(1, 2))
    for _ in range(booked):
        workshop.book(MONDAY + DAY, ["inspection"])
    workshop.take("m", "inspection", "email", MONDAY)
    assert left(workshop, GENERAL)[1:3] == pytest.approx(expected, abs=2 / PLACE)


def test_of_a_message_that_was_met_a_week_ago_only_what_is_still_to_come_counts() -> None:
    workshop = a_workshop(coming=Coming(0, 14))
    workshop.take("m", "inspection", "email", MONDAY - 7 * DAY)
    assert sum(left(workshop, GENERAL)) == pytest.approx(10 - 0.05)
    workshop.take("m", "inspection", "email", MONDAY - 14 * DAY)
    assert sum(left(workshop, GENERAL)) == pytest.approx(10 - 0.05)


def test_a_full_skill_takes_nobody_and_names_the_first_week_that_does() -> None:
    workshop = a_workshop(coming=Coming(1, 5))
    fill(workshop, [MONDAY + n * DAY for n in range(25)])
    room = workshop.room("inspection", "email")
    assert room is not None
    assert [room.fits(MONDAY + n * DAY) for n in (0, 23, 24)] == [False, False, True]
    assert room.next_week(MONDAY) == date(2027, 3, 29)  # the days before are full, or Easter
    assert room.fullness(MONDAY) == 1
    assert room.fullness(MONDAY + 60 * DAY) == 0


def test_a_skill_that_has_no_day_within_sight_names_no_week() -> None:
    closed = frozenset(MONDAY + n * DAY for n in range(400))
    room = a_workshop(closed=closed).room("inspection", "email")
    assert room is not None
    assert room.next_week(MONDAY) is None


def test_a_message_carries_work_of_another_skill_along_only_while_that_skill_has_room() -> None:
    workshop = a_workshop(coming=Coming(0, 7))
    workshop.take("m", "inspection", "email", MONDAY)
    assert workshop.join("m", "hu_au", "email", MONDAY), "the same people come once"
    assert sum(left(workshop, GENERAL)) == pytest.approx(9.9)
    assert workshop.join("m", "wheel_change", "email", MONDAY)
    assert left(workshop, "tyres") == [0.5]
    workshop.take("o", "wheel_change", "email", MONDAY)
    assert not workshop.join("n", "wheel_change", "email", MONDAY)


@given(
    st.lists(st.tuples(st.sampled_from(["inspection", "hu_au", "wheel_change"]), st.integers(-20, 40)), max_size=60),
    st.lists(st.tuples(st.sampled_from(["inspection", "wheel_change"]), st.integers(0, 40)), max_size=40),
    st.builds(Coming, st.integers(0, 10), st.integers(1, 20)),
    st.randoms(use_true_random=False),
)
def test_nobody_is_expected_for_whom_there_is_no_place_and_the_order_of_messages_does_not_matter(
    messages: list[tuple[str, int]], booked: list[tuple[str, int]], coming: Coming, random: Random
) -> None:
    """The oracle puts visits on days one by one, the earliest fortnight first, on the first day with room."""
    shuffled = random.sample(messages, len(messages))
    one, other = a_workshop(coming=coming), a_workshop(coming=coming)
    for workshop, rows in ((one, messages), (other, shuffled)):
        for service, day in booked:
            workshop.book(MONDAY + day * DAY, [service])
        for number, (service, day) in enumerate(rows):
            room = workshop.room(service, "email")
            assert room is not None
            if workshop is other or room.fits(MONDAY + day * DAY):
                workshop.take(str(number), service, "email", MONDAY + day * DAY)
            elif workshop is one:
                shuffled.remove((service, day))
    for skill, services in ((GENERAL, ["inspection", "hu_au"]), ("tyres", ["wheel_change"])):
        asked = [room for name in services if (room := other.room(name, "email")) is not None]
        twin = [room for name in services if (room := one.room(name, "email")) is not None]
        days = [MONDAY + n * DAY for n in range(60)]
        assert [[r.fits(d) for d in days] for r in asked] == [[r.fits(d) for d in days] for r in twin]
        expect_room_for_all(one, skill, [(s, d) for s, d in shuffled if s in services], booked, coming)


def expect_room_for_all(
    workshop: Workshop, skill: str, messages: list[tuple[str, int]], booked: list[tuple[str, int]], coming: Coming
) -> None:
    taken = Counter(day for service, day in booked if (skill == "tyres") == (service == "wheel_change"))
    left = {
        (day - MONDAY).days: max(0, quota - PLACE * taken[(day - MONDAY).days])
        for day, quota, _ in workshop.days(skill, MONDAY, 120)
    }
    for service, day in sorted(messages, key=lambda message: message[1]):
        start = day + coming.after_days
        ahead = range(max(0, start), start + coming.over_days)
        need = round(DEMANDS[service].percent["email"] * PLACE / 100) * max(0, coming.over_days - max(0, -start))
        need //= coming.over_days
        for at in ahead:
            put = min(need, left.get(at, 0))
            need -= put
            left[at] = left.get(at, 0) - put
        assert need == 0
