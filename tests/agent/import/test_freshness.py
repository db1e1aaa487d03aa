"""How fresh the data are, and when silence is an alarm."""

from datetime import UTC, datetime, timedelta

import pytest

from guildpost_agent.domain.freshness import Arrival, freshness, silent_days

NOW = datetime(2027, 3, 10, 6, tzinfo=UTC)


def days_ago(table: str, came: int, written: int | None = None) -> Arrival:
    return Arrival(table, NOW - timedelta(days=came), None if written is None else NOW - timedelta(days=written))


CASES: dict[str, tuple[list[Arrival], dict[str, int], int | None]] = {
    "nothing ever came": ([], {}, None),
    "everything is of today": ([days_ago("customers", 0), days_ago("jobs", 0)], {"customers": 0, "jobs": 0}, None),
    "one table lags, the DMS still speaks": (
        [days_ago("customers", 30), days_ago("jobs", 2)], {"customers": 30, "jobs": 2}, None
    ),
    "the last delivery counts": ([days_ago("jobs", 3), days_ago("jobs", 40)], {"jobs": 3}, None),
    "eight days are not yet silence": ([days_ago("jobs", 8)], {"jobs": 8}, None),
    "nine are": ([days_ago("jobs", 9)], {"jobs": 9}, 9),
    "a clock that runs ahead wrote it just now": ([days_ago("jobs", -5)], {"jobs": 0}, None),
    "an old file that came today is old": ([days_ago("jobs", 0, 20)], {"jobs": 20}, 20),
}  # fmt: skip


@pytest.mark.parametrize(("arrivals", "expected", "alarm"), CASES.values(), ids=CASES.keys())
def test_freshness_and_alarm(arrivals: list[Arrival], expected: dict[str, int], alarm: int | None) -> None:
    found = freshness(arrivals, NOW)
    assert expected == {one.table: one.days for one in found}
    assert alarm == silent_days(found, 8)
