"""What may be shown, and how a dealer's volume is capped."""

from collections import Counter
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_shared.errors import Refused
from guildpost_shared.privacy.clipping import cap_customers
from guildpost_shared.privacy.disclosure import DisclosureRules, require_releasable
from guildpost_shared.privacy.suppression import shown_cells, shown_grid
from tests.fakes.seeded_entropy import SeededEntropy

RULES = DisclosureRules(floor_groups=10)


def test_nine_legal_entities_are_not_released() -> None:
    with pytest.raises(Refused, match="release_too_few_groups"):
        require_releasable(RULES, groups=9, youngest=date(2027, 1, 1), today=date(2027, 6, 1))


def test_data_of_twenty_nine_days_are_too_young_and_the_refusal_names_the_day() -> None:
    with pytest.raises(Refused, match="release_too_young") as refusal:
        require_releasable(RULES, groups=10, youngest=date(2027, 1, 1), today=date(2027, 1, 30))
    assert "2027-01-31" == refusal.value.params["date"]
    require_releasable(RULES, groups=10, youngest=date(2027, 1, 1), today=date(2027, 1, 31))


def test_a_cell_of_nineteen_is_suppressed_and_with_it_the_weakest_neighbour() -> None:
    shown = shown_cells(np.array([19, 20, 400, 30]), RULES, noise_variance=1)
    assert [False, False, True, True] == shown.tolist()


def test_two_weak_cells_hide_each_other() -> None:
    assert [False, False, True] == shown_cells(np.array([3, -7, 40]), RULES, noise_variance=1).tolist()


def test_a_count_that_noise_alone_could_make_is_suppressed() -> None:
    assert [False, False, True] == shown_cells(np.array([90, 99, 101]), RULES, noise_variance=50.0**2).tolist()


def test_no_cell_of_an_empty_week_looks_like_customers() -> None:
    """Of 168 cells of noise alone four would stand out by two deviations."""
    rng = np.random.default_rng(5)
    weeks = rng.normal(0, 40, (50, 7, 24)).round().astype(np.int64)
    nothing = (np.zeros(7, dtype=bool), np.zeros(24, dtype=bool))
    shown = [int(shown_grid(week, *nothing, RULES, noise_variance=40.0**2).sum()) for week in weeks]
    assert 4 >= sum(shown)
    assert 100 < sum(int((week >= 80).sum()) for week in weeks)


@given(st.lists(st.lists(st.integers(-20, 60), min_size=5, max_size=5), min_size=4, max_size=4))
def test_no_shown_margin_has_exactly_one_suppressed_cell(counts: list[list[int]]) -> None:
    grid = np.array(counts)
    rows, columns = grid.sum(axis=1) >= 60, grid.sum(axis=0) >= 60
    shown = shown_grid(grid, rows, columns, RULES, noise_variance=1)
    assert not np.any(shown & (grid < 20))
    assert not np.any((~shown).sum(axis=1)[rows] == 1)
    assert not np.any((~shown).sum(axis=0)[columns] == 1)


@given(st.integers(0, 40), st.integers(1, 20), st.binary(min_size=4, max_size=4))
def test_a_surplus_is_sampled_out_and_nothing_else(size: int, cap: int, seed: bytes) -> None:
    kept = cap_customers(range(size), cap, SeededEntropy(seed))
    assert min(size, cap) == len(kept)
    assert sorted(set(kept)) == list(kept)


def test_every_customer_is_equally_likely_to_keep_a_seat() -> None:
    seats = Counter(one for n in range(4_000) for one in cap_customers(range(8), 2, SeededEntropy(n.to_bytes(4))))
    assert all(abs(seats[one] - 1_000) < 5 * (1_000 * 0.75) ** 0.5 for one in range(8))
