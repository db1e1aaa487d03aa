"""What more can be expected of the workshop's days: the same, whenever it was asked before."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.workshop_days import PLACE, Places, SkillDays

MONDAY = date(2027, 3, 1)
FORTNIGHT = 14
STARTS = st.integers(-FORTNIGHT, 300)
WANTED = st.lists(st.tuples(STARTS, st.integers(1, 3 * PLACE)), max_size=8)
SEEN = range(-FORTNIGHT, 60)


def some_days(booked: list[int]) -> SkillDays:
    days = SkillDays(Places(2), frozenset(), frozenset({"BY"}), MONDAY, FORTNIGHT)
    for offset in booked:
        days.book(MONDAY + timedelta(days=offset))
    return days


def room(days: SkillDays) -> list[int]:
    return [days.slack(MONDAY + timedelta(days=offset)) for offset in SEEN]


@given(st.lists(st.integers(0, 40), max_size=10), WANTED)
def test_what_was_asked_in_between_changes_no_answer(booked: list[int], wanted: list[tuple[int, int]]) -> None:
    asked, silent = some_days(booked), some_days(booked)
    for offset, need in wanted:
        room(asked)
        asked.want(MONDAY + timedelta(days=offset), need)
        silent.want(MONDAY + timedelta(days=offset), need)
    assert room(silent) == room(asked)
