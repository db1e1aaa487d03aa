from datetime import date, timedelta
from itertools import pairwise
from operator import attrgetter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.cadence import GAP_DAYS, PER_YEAR, Contact, fits

START = date(2027, 1, 1)


def on(day: int, length: int = 0) -> Contact:
    return Contact(START + timedelta(days=day), START + timedelta(days=day + length))


@pytest.mark.parametrize(
    ("contact", "others", "expected"),
    [
        pytest.param(on(20), [], True, id="the first"),
        pytest.param(on(20), [on(6)], True, id="14 days later"),
        pytest.param(on(20), [on(7)], False, id="13 days later"),
        pytest.param(on(20), [on(33)], False, id="13 days before a planned one"),
        pytest.param(on(20), [on(34)], True, id="14 days before a planned one"),
        pytest.param(on(20), [on(2, 6)], False, id="a letter's way counts to its arrival"),
        pytest.param(on(400), [on(30 * i) for i in range(8)], True, id="the ninth, when the first is a year old"),
        pytest.param(on(360), [on(30 * i) for i in range(8)], False, id="the ninth within a year"),
        pytest.param(on(-20), [on(30 * i) for i in range(8)], False, id="a ninth before eight planned ones"),
    ],
)
def test_one_more_contact_must_keep_the_cap(*, contact: Contact, others: list[Contact], expected: bool) -> None:
    assert expected is fits(contact, others)


@given(st.lists(st.builds(on, st.integers(0, 900), st.integers(0, 8)), max_size=60))
def test_whatever_is_accepted_one_by_one_never_breaks_the_cap(wishes: list[Contact]) -> None:
    accepted: list[Contact] = []
    for wish in wishes:
        if fits(wish, accepted):
            accepted.append(wish)
    accepted.sort(key=attrgetter("first", "last"))
    for earlier, later in pairwise(accepted):
        assert (later.first - earlier.last).days >= GAP_DAYS
    for contact in accepted:
        year = [c for c in accepted if 0 <= (c.first - contact.first).days < 365]
        assert len(year) <= PER_YEAR
