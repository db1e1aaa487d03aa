"""What a customer's record may be exposed to in a year, over all studies and brands."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_shared.privacy.accountant import Expense, variance_for
from guildpost_shared.privacy.ledger import (
    YEARLY_DELTA,
    YEARLY_EPSILON,
    Entry,
    Ledger,
    affords,
    spent,
    union,
    who_affords,
)
from guildpost_shared.privacy.sensitivity import of_increments
from guildpost_shared.studies.propensity.budget import Budget

DAY = date(2027, 3, 1)
COUNTS = of_increments(4)


def entry(
    epsilon: float = 1.0, *, day: date = DAY, study: str = "slot-lead", record: str = "7", brand: str = "A"
) -> Entry:
    return Entry(brand, study, "2027-Q1", record, day, (Expense(COUNTS, variance_for(epsilon, YEARLY_DELTA, COUNTS)),))


def test_four_quarters_at_one_cost_little_more_than_two_and_leave_room() -> None:
    year = frozenset(entry(day=DAY + timedelta(days=91 * quarter)) for quarter in range(4))
    assert 2.1 < spent(year, DAY + timedelta(days=200)) < 2.2
    assert affords(year, entry(study="lift", day=DAY + timedelta(days=280)))


def test_studies_of_another_brand_count_and_the_budget_ends() -> None:
    taken: Ledger = frozenset()
    for number in range(100):
        planned = entry(brand=f"brand {number}")
        if not affords(taken, planned):
            break
        taken |= {planned}
    assert 8 < len(taken) < 16
    assert 3.6 < spent(taken, DAY) <= YEARLY_EPSILON


def test_a_whole_training_takes_the_whole_year() -> None:
    training = replace(entry(study="propensity"), expenses=tuple(Budget.of(4, YEARLY_DELTA, columns=20).expenses(20)))
    assert affords(frozenset(), training)
    assert not affords(frozenset({entry(0.5)}), training)


@pytest.mark.parametrize(("days", "fits"), [(364, False), (365, True), (-364, False), (-365, True)])
def test_a_year_is_365_days_in_both_directions_whatever_the_clock_says(days: int, fits: bool) -> None:  # noqa: FBT001 — a column of the table
    assert fits == affords(frozenset({entry(4.0)}), entry(1.0, study="lift", day=DAY + timedelta(days=days)))


def test_the_same_entry_is_not_charged_twice() -> None:
    assert affords(frozenset({entry(4.0)}), entry(4.0))


def test_one_person_found_in_two_records_has_both_expenses_and_keeps_them_when_parted() -> None:
    both = union([frozenset({entry(4.0, record="7")}), frozenset({entry(1.0, record="8")})])
    assert spent(both, DAY) > YEARLY_EPSILON
    assert both == union([both, both])


def test_only_who_can_afford_it_takes_part() -> None:
    ledgers = {"poor": frozenset({entry(4.0)}), "rich": frozenset({entry(0.5)})}
    people = ["poor", "rich", "new"]
    chosen = who_affords(ledgers, people, [entry(study="lift", record=person) for person in people])
    assert ["rich", "new"] == list(chosen)


@given(st.lists(st.tuples(st.sampled_from([0.25, 0.5, 1.0, 2.0, 4.0]), st.integers(0, 900)), max_size=25))
def test_no_window_of_a_year_ever_holds_more_than_the_budget(history: list[tuple[float, int]]) -> None:
    taken: Ledger = frozenset()
    for number, (epsilon, days) in enumerate(history):
        planned = entry(epsilon, day=DAY + timedelta(days=days), study=f"study-{number}")
        if affords(taken, planned):
            taken |= {planned}
    for start in {one.day for one in taken}:
        window = frozenset(one for one in taken if 0 <= (one.day - start).days < 365)
        assert spent(window, start) <= YEARLY_EPSILON
