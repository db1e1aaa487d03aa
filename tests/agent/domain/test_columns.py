"""Days and months in columns: the calendar of four centuries is a table, and what lies beyond is counted alike."""

from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.columns import NEVER, add_months, day_column, day_number, first_days, month_of, months_of
from guildpost_agent.domain.months import add_months as one_day_on

SOME_DAYS = st.lists(st.dates(date(1000, 1, 1), date(2900, 12, 31)), max_size=6)
USUAL_DAYS = st.lists(st.dates(date(1990, 1, 1), date(2100, 12, 31)), max_size=6)


@given(st.one_of(SOME_DAYS, USUAL_DAYS))
def test_each_day_is_counted_in_its_own_month(days: list[date]) -> None:
    found = months_of(day_column(days))
    assert [month_of(day) for day in days] == found.tolist()
    assert [day_number(day.replace(day=1)) for day in days] == first_days(found).tolist()


@given(st.one_of(SOME_DAYS, USUAL_DAYS), st.integers(-600, 600))
def test_many_days_move_by_months_as_one_does(days: list[date], months: int) -> None:
    assert [day_number(one_day_on(day, months)) for day in days] == add_months(day_column(days), months).tolist()


def test_an_unknown_day_has_no_month_and_goes_nowhere() -> None:
    unknown = np.array([NEVER, 0])
    assert months_of(unknown).tolist() == [NEVER, 0]
    assert add_months(unknown, 1).tolist() == [NEVER, 31]
