"""A cap on contacts is recommended only where the figures limit it, and never without the interval."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_coordinator.domain.contact_cap import RecommendedCap, first_of, recommended_cap
from guildpost_shared.studies.figures import Figure
from guildpost_shared.studies.tables import Table

ROWS = ("1", "2", "3", "4", "5-6", "7-9", "10+")
Objections = list[Figure | None]
FEW, PERHAPS, LIKELY, MANY = (Figure(r, low, high) for r, low, high in (
    (0.004, 0.001, 0.008), (0.008, 0.004, 0.015), (0.012, 0.008, 0.02), (0.03, 0.02, 0.04)
))  # fmt: skip


def table(*figures: Figure | None) -> Table:
    rows = tuple(zip(ROWS, (*figures, *[None] * (len(ROWS) - len(figures))), strict=True))
    return Table("contacts", "objected", rows, None, None, too_little_data=False)


CASES: dict[str, tuple[Objections, RecommendedCap | None]] = {
    "clear on both sides": ([FEW, FEW, FEW, MANY, MANY], RecommendedCap(3, 3, 3)),
    "open between two and six": ([FEW, FEW, PERHAPS, LIKELY, LIKELY, MANY], RecommendedCap(3, 2, 6)),
    "the best guess is the upper end": ([FEW, PERHAPS, PERHAPS, MANY], RecommendedCap(3, 1, 3)),
    "not even the first is known to be tolerable": ([PERHAPS, MANY], RecommendedCap(1, 1, 1)),
    "a covered bucket is not known to be tolerable": ([FEW, None, FEW, FEW, MANY], RecommendedCap(4, 1, 4)),
    "the best guess is below what is known": ([LIKELY, FEW, MANY], RecommendedCap(1, 1, 2)),
    "nothing is clearly too much": ([FEW, PERHAPS, LIKELY, LIKELY, LIKELY, LIKELY, LIKELY], None),
    "the first is too much already": ([MANY, MANY], None),
    "nothing is shown": ([], None),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_recommended_when(case: str) -> None:
    figures, expected = CASES[case]
    assert expected == recommended_cap(table(*figures))


FIGURES = st.tuples(*[st.floats(0, 0.05)] * 3).map(lambda t: Figure(sorted(t)[1], min(t), max(t))) | st.none()


@given(st.lists(FIGURES, max_size=7), st.floats(0.001, 0.04), st.integers(0, 6))
def test_a_recommendation_lies_in_its_interval_and_more_objections_never_raise_it(
    figures: Objections, tolerated: float, at: int
) -> None:
    found = recommended_cap(table(*figures), tolerated)
    if found is None:
        return
    assert 1 <= found.low <= found.contacts <= found.high
    worse = [Figure(1.0, 1.0, 1.0) if one is not None and place >= at else one for place, one in enumerate(figures)]
    then = recommended_cap(table(*worse), tolerated)
    if then is not None:
        assert then.high <= found.high
        assert then.contacts <= found.contacts


def test_a_bucket_begins_at_its_first_number() -> None:
    assert [1, 5, 10] == [first_of(row) for row in ("1", "5-6", "10+")]
