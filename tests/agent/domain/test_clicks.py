"""Which clicks were a person's."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.clicks import Click, Verdict, is_ripe, judge
from guildpost_shared.answers.events import Link

LEFT = datetime(2027, 3, 1, 9, tzinfo=UTC)
OWN, OTHER, PREFERENCES, TRAP = Link.ANSWER, Link.UNSUBSCRIBE, Link.PREFERENCES, Link.TRAP


def at(seconds: float) -> datetime:
    return LEFT + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("clicks", "verdicts"),
    [
        ([(OWN, 10)], ["person"]),
        ([(OWN, 9.9)], ["too_soon"]),
        ([(OWN, -1)], ["too_soon"]),
        ([(OWN, 100), (OTHER, 101)], ["together", "together"]),
        ([(OTHER, 100), (PREFERENCES, 100.5), (OWN, 101.2)], ["together"] * 3),
        ([(OWN, 100), (OTHER, 101.1)], ["person", "person"]),
        ([(OWN, 100), (OWN, 100.5)], ["person", "person"]),
        ([(OWN, 100), (TRAP, 160)], ["trap", "trap"]),
        ([(TRAP, 100), (OWN, 160)], ["trap", "trap"]),
        ([(OWN, 100), (TRAP, 161)], ["person", "trap"]),
        ([(OWN, 2), (OTHER, 2), (OWN, 3600)], ["too_soon", "too_soon", "person"]),
    ],
    ids=[
        "ten seconds after the sending",
        "within ten seconds",
        "before the sending was noted",
        "two links within a second",
        "three links in a row",
        "two links, one after the other",
        "a double click on one link",
        "the hidden link a minute later",
        "the hidden link a minute before",
        "the hidden link longer ago",
        "scanned first, read an hour later",
    ],
)
def test_a_click_is_judged_by_time_and_company(clicks: list[tuple[Link, float]], verdicts: list[str]) -> None:
    assert verdicts == judge([Click(link, at(seconds)) for link, seconds in clicks], LEFT)


def test_nobody_clicks_on_what_never_left() -> None:
    assert [Verdict.NOT_SENT] == judge([Click(OWN, at(100))], None)


@pytest.mark.parametrize(
    ("age", "ripe"), [(0, False), (59.9, False), (60, True), (-5, True)], ids=["now", "young", "a minute", "future"]
)
def test_a_click_is_ripe_when_nothing_that_belongs_to_it_can_still_come(age: float, ripe: bool) -> None:  # noqa: FBT001 — the expected answer
    assert ripe is is_ripe(at(0), at(age))


CLICKS = st.lists(st.builds(Click, st.sampled_from(Link), st.floats(0, 400).map(at)), max_size=6)


@given(clicks=CLICKS, more=CLICKS)
def test_more_company_never_makes_a_machine_a_person(clicks: list[Click], more: list[Click]) -> None:
    alone, together = judge(clicks, LEFT), judge([*clicks, *more], LEFT)
    assert all(then is Verdict.PERSON for now, then in zip(together, alone, strict=False) if now is Verdict.PERSON)
