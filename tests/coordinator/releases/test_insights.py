"""What may be said about released figures: nothing about what is covered, no winner without an interval."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_coordinator.domain.insights import (
    DRAWN,
    Verdict,
    clearly_best,
    findings,
    lift_verdict,
    studies_of,
)
from guildpost_shared.studies.figures import Figure
from tests.factories.releases import KINDS, a_release, every_release

HIGH, MIDDLE, LOW = Figure(0.4, 0.36, 0.44), Figure(0.3, 0.2, 0.4), Figure(0.1, 0.08, 0.12)


@pytest.mark.parametrize(
    ("lift", "expected"),
    [
        (None, Verdict.COVERED),
        (Figure(0.1, 0.06, 0.14), Verdict.MORE),
        (Figure(-0.1, -0.14, -0.06), Verdict.LESS),
        (Figure(0.1, -0.01, 0.2), Verdict.NOTHING),
        (Figure(0.1, 0.0, 0.2), Verdict.NOTHING),
        (Figure(-0.1, -0.2, 0.0), Verdict.NOTHING),
        (Figure(0.0, 0.0, 0.0), Verdict.NOTHING),
    ],
    ids=["covered", "above zero", "below zero", "around zero", "from zero up", "up to zero", "zero"],
)
def test_a_lift_works_only_where_its_interval_leaves_out_zero(lift: Figure | None, expected: Verdict) -> None:
    assert expected == lift_verdict(lift)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ((HIGH, LOW), 0),
        ((LOW, None, HIGH), 2),
        ((HIGH, MIDDLE, LOW), None),
        ((HIGH,), None),
        ((HIGH, None), None),
        ((None, None), None),
        ((), None),
        ((Figure(0.2, 0.12, 0.3), LOW), None),
    ],
    ids=["above", "above those shown", "overlapping", "alone", "rest covered", "covered", "empty", "touching"],
)  # fmt: skip
def test_the_best_is_named_only_where_its_interval_lies_above_every_other(
    row: tuple[Figure | None, ...], expected: int | None
) -> None:
    assert expected == clearly_best(row)


RATE = st.floats(0, 1)
FIGURES = st.none() | st.tuples(RATE, RATE, RATE).map(lambda three: _ordered(*sorted(three)))


def _ordered(low: float, rate: float, high: float) -> Figure:
    return Figure(rate, low, high)


@given(st.lists(FIGURES, max_size=8).map(tuple), st.randoms(use_true_random=False))
def test_the_best_does_not_depend_on_order_and_leaves_with_any_rival_that_reaches_it(
    row: tuple[Figure | None, ...], chance: random.Random
) -> None:
    at = clearly_best(row)
    shuffled = list(row)
    chance.shuffle(shuffled)
    again = clearly_best(tuple(shuffled))
    assert (None if at is None else row[at]) == (None if again is None else shuffled[again])
    if at is not None:
        best = row[at]
        assert best is not None
        assert clearly_best((*row, Figure(best.low, best.low, best.low))) is None


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (
            "slot-lead",
            [
                ("hu_au", "slot", "teaches", ""),
                ("hu_au", "lead", "teaches", "28-41"),
                ("inspection", "slot", "nothing", ""),
                ("inspection", "lead", "nothing", ""),
                ("tyres", "slot", "covered", ""),
                ("tyres", "lead", "covered", ""),
            ],
        ),
        (
            "lift",
            [
                ("hu_au", "came", "more", ""),
                ("inspection", "came", "nothing", ""),
                ("tyres", "came", "covered", ""),
            ],
        ),
        (
            "learned-times",
            [
                ("every_service", "came", "more", ""),
                ("hu_au", "came", "more", ""),
                ("inspection", "came", "nothing", ""),
                ("tyres", "came", "covered", ""),
            ],
        ),
        (
            "channel",
            [
                ("hu_au", "booked", "teaches", "call"),
                ("inspection", "booked", "nothing", ""),
                ("tyres", "booked", "covered", ""),
            ],
        ),
        ("pressure", [("contacts", "answered", "teaches", ""), ("contacts", "objected", "teaches", "")]),
        (
            "adoption",
            [
                ("hu_au", "switched_on", "shown", ""),
                ("inspection", "switched_on", "shown", ""),
                ("tyres", "switched_on", "covered", ""),
            ],
        ),
    ],
    ids=KINDS,
)
def test_each_kind_says_what_it_teaches(kind: str, expected: list[tuple[str, str, str, str]]) -> None:
    found = findings(a_release(kind))
    assert expected == [(one.about, one.question, one.verdict.value, one.best) for one in found]


@pytest.mark.parametrize("kind", KINDS)
def test_no_verdict_on_a_difference_stands_without_its_interval(kind: str) -> None:
    for one in findings(a_release(kind)):
        assert one.verdict not in {Verdict.MORE, Verdict.LESS} or one.difference is not None
        assert one.difference is None or one.verdict is lift_verdict(one.difference)


def test_of_each_study_the_newest_period_comes_first_whatever_the_order_of_the_releases() -> None:
    releases = [*every_release(), a_release("lift", 2), a_release("slot-lead", 2)]
    for order in (releases, releases[::-1]):
        studies = studies_of(order)
        assert list(DRAWN) == [study.newest.kind for study in studies]
        assert [2, 2, 1, 1, 1, 1] == [study.newest.study_version for study in studies]
        assert [(1,), (1,), (), (), (), ()] == [tuple(one.study_version for one in study.earlier) for study in studies]


def test_two_studies_of_one_kind_stand_side_by_side() -> None:
    other = replace(a_release("lift"), study_id="lift-vans")
    assert ["lift", "lift-vans"] == [study.newest.study_id for study in studies_of([other, a_release("lift")])]


def test_a_kind_that_is_not_drawn_is_left_out() -> None:
    unknown = replace(a_release("lift"), kind="of-tomorrow")
    assert ["slot-lead"] == [study.newest.kind for study in studies_of([unknown, a_release("slot-lead")])]
