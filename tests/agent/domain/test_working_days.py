from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.regions import STATES, states_of
from guildpost_agent.domain.release_days import Rhythm
from guildpost_agent.domain.working_days import (
    add_working_days,
    is_holiday,
    is_quiet,
    is_working_day,
    may_mail_on,
    to_utc,
)

BERLIN = ZoneInfo("Europe/Berlin")
BW = frozenset({"BW"})


@pytest.mark.parametrize(
    ("day", "states", "expected"),
    [
        pytest.param(date(2027, 3, 26), BW, True, id="Good Friday 2027"),
        pytest.param(date(2027, 3, 29), BW, True, id="Easter Monday 2027"),
        pytest.param(date(2026, 4, 6), BW, True, id="Easter Monday 2026"),
        pytest.param(date(2028, 4, 14), BW, True, id="Good Friday 2028"),
        pytest.param(date(2027, 1, 6), BW, True, id="Epiphany in the south"),
        pytest.param(date(2027, 1, 6), frozenset({"HH"}), False, id="Epiphany in Hamburg"),
        pytest.param(date(2027, 1, 6), frozenset({"HH", "BY"}), True, id="a recipient in Bavaria counts too"),
        pytest.param(date(2027, 8, 15), frozenset({"BY"}), True, id="Assumption, in parts of Bavaria"),
        pytest.param(date(2027, 10, 31), frozenset({"NI"}), True, id="Reformation Day"),
        pytest.param(date(2027, 11, 17), frozenset({"SN"}), True, id="Repentance Day"),
        pytest.param(date(2027, 3, 8), frozenset({"BE"}), True, id="Women's Day in Berlin"),
        pytest.param(date(2027, 12, 24), frozenset({"HH"}), True, id="Christmas Eve"),
        pytest.param(date(2027, 12, 31), frozenset({"HH"}), True, id="New Year's Eve"),
        pytest.param(date(2027, 12, 27), BW, False, id="the day after Christmas"),
    ],
)
def test_holidays_are_known_by_state(*, day: date, states: frozenset[str], expected: bool) -> None:
    assert expected is is_holiday(day, states)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        pytest.param(datetime(2027, 3, 2, 6, 0, tzinfo=UTC), False, id="7 h in winter"),
        pytest.param(datetime(2027, 3, 2, 5, 59, tzinfo=UTC), True, id="a minute before 7 h"),
        pytest.param(datetime(2027, 3, 2, 18, 59, tzinfo=UTC), False, id="a minute before 20 h"),
        pytest.param(datetime(2027, 3, 2, 19, 0, tzinfo=UTC), True, id="20 h"),
        pytest.param(datetime(2027, 3, 30, 5, 0, tzinfo=UTC), False, id="7 h in summer"),
        pytest.param(datetime(2027, 3, 7, 10, 0, tzinfo=UTC), True, id="Sunday"),
        pytest.param(datetime(2027, 3, 6, 10, 0, tzinfo=UTC), False, id="Saturday"),
        pytest.param(datetime(2027, 3, 26, 10, 0, tzinfo=UTC), True, id="Good Friday"),
    ],
)
def test_mail_rests_in_quiet_hours(*, at: datetime, expected: bool) -> None:
    assert expected is is_quiet(at, BERLIN, BW)


@pytest.mark.parametrize(
    ("day", "hour", "expected"),
    [
        pytest.param(date(2027, 3, 27), 10, datetime(2027, 3, 27, 9, tzinfo=UTC), id="the day before summer time"),
        pytest.param(date(2027, 3, 28), 10, datetime(2027, 3, 28, 8, tzinfo=UTC), id="the first day of summer time"),
        pytest.param(date(2027, 3, 28), 2, datetime(2027, 3, 28, 1, tzinfo=UTC), id="the hour that does not exist"),
        pytest.param(date(2027, 10, 31), 2, datetime(2027, 10, 31, 0, tzinfo=UTC), id="the hour that comes twice"),
        pytest.param(date(2027, 10, 31), 10, datetime(2027, 10, 31, 9, tzinfo=UTC), id="the first day of winter time"),
    ],
)
def test_local_hours_become_utc_on_both_nights_of_the_change(day: date, hour: int, expected: datetime) -> None:
    assert expected == to_utc(day, hour, BERLIN)


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        pytest.param(date(2027, 3, 1), 4, date(2027, 3, 5), id="Monday to Friday"),
        pytest.param(date(2027, 3, 22), 4, date(2027, 3, 30), id="over Easter"),
        pytest.param(date(2027, 3, 30), -4, date(2027, 3, 22), id="back over Easter"),
        pytest.param(date(2027, 12, 22), 4, date(2027, 12, 29), id="over Christmas"),
    ],
)
def test_working_days_skip_weekends_and_holidays(start: date, count: int, expected: date) -> None:
    assert expected == add_working_days(start, count, BW)


def test_a_fortnightly_release_keeps_its_weeks_and_moves_past_holidays() -> None:
    days = list(Rhythm(frozenset({1}), 14).between(date(2027, 3, 1), date(2027, 4, 30), BW))
    assert days == [date(2027, 3, 8), date(2027, 3, 22), date(2027, 4, 5), date(2027, 4, 19)]
    easter = list(Rhythm(frozenset({1}), 7).between(date(2027, 3, 23), date(2027, 4, 4), BW))
    assert easter == [date(2027, 3, 30)]


def test_a_postcode_near_a_border_counts_for_both_states() -> None:
    assert states_of("89231") == {"BW", "BY"}
    assert states_of("10115") == {"BE"}
    assert states_of("1010", "AT") == frozenset()


def test_every_postcode_region_names_known_states() -> None:
    named = {state for region in range(100) for state in states_of(f"{region:02d}000")}
    assert named == set(STATES)


@given(st.dates(date(2026, 1, 1), date(2030, 12, 31)), st.sampled_from(STATES), st.integers(-15, 15))
def test_the_way_of_a_letter_ends_on_a_working_day(day: date, state: str, count: int) -> None:
    states = frozenset({state})
    end = add_working_days(day, count, states)
    step = 1 if count > 0 else -1
    passed = [day + timedelta(days=step * i) for i in range(1, abs((end - day).days) + 1)]
    assert abs(count) == sum(is_working_day(d, states) for d in passed)
    assert count == 0 or is_working_day(end, states)
    assert may_mail_on(end, states) or count == 0
