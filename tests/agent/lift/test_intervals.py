"""The difference of two visit rates: known answers from the papers, and what must hold for any counts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_agent.domain.lift.intervals import Arm, difference, wilson
from guildpost_agent.domain.lift.sample_size import customers_missing, held_out_needed
from guildpost_agent.domain.lift.verdicts import LEAST_PER_ARM, Lift, Verdict

ARMS = st.integers(0, 3_000).flatmap(lambda n: st.integers(0, n).map(lambda visits: Arm(n, visits)))
NOBODY = Arm()


@pytest.mark.parametrize(
    ("visits", "customers", "expected"),
    [(81, 263, (0.2553, 0.3662)), (15, 148, (0.0624, 0.1605)), (0, 20, (0.0, 0.1611)), (1, 29, (0.0061, 0.1718))],
)
def test_one_rate_has_the_score_interval_of_newcombe_1998_table_i(
    visits: int, customers: int, expected: tuple[float, float]
) -> None:
    found = wilson(Arm(customers, visits))
    assert expected == (round(found.low, 4), round(found.high, 4))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((6, 7), (2, 7), (0.0582, 0.8062)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
        ((0, 10), (0, 20), (-0.1611, 0.2775)),
        ((0, 10), (0, 10), (-0.2775, 0.2775)),
        ((10, 10), (0, 20), (0.6791, 1.0)),
        ((10, 10), (0, 10), (0.6075, 1.0)),
    ],
    ids="abcdefgh",
)
def test_a_difference_has_the_hybrid_interval_of_newcombe_1998_table_ii(
    one: tuple[int, int], other: tuple[int, int], expected: tuple[float, float]
) -> None:
    found = difference(Arm(one[1], one[0]), Arm(other[1], other[0]))
    assert expected == (round(found.low, 4), round(found.high, 4))


@given(ARMS, ARMS)
def test_an_interval_holds_its_estimate_and_stays_possible(one: Arm, other: Arm) -> None:
    found = difference(one, other)
    assert one.rate - other.rate in found
    assert -1 <= found.low <= found.high <= 1


@given(ARMS, ARMS)
def test_swapping_the_arms_turns_the_interval_round(one: Arm, other: Arm) -> None:
    there, back = difference(one, other), difference(other, one)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))


@given(ARMS, ARMS, st.integers(2, 20))
def test_more_customers_with_the_same_rates_never_widen_the_interval(one: Arm, other: Arm, times: int) -> None:
    few = difference(one, other)
    grown = [Arm(arm.customers * times, arm.visits * times) for arm in (one, other)]
    many = difference(grown[0], grown[1])
    assert few.low - 1e-12 <= many.low
    assert many.high <= few.high + 1e-12


@given(ARMS, ARMS)
def test_nothing_is_known_while_zero_is_possible_or_an_arm_is_small(one: Arm, other: Arm) -> None:
    lift = Lift(one, other)
    small = min(one.customers, other.customers) < LEAST_PER_ARM
    assert (small or 0.0 in lift.interval) == (lift.verdict is Verdict.NOT_YET_KNOWN)
    if lift.verdict is not Verdict.NOT_YET_KNOWN:
        assert (lift.estimate > 0) == (lift.verdict is Verdict.MORE)


@pytest.mark.parametrize(
    ("treated", "held_out", "expected"),
    [
        pytest.param(Arm(1_900, 950), Arm(100, 30), Verdict.MORE, id="clearly more"),
        pytest.param(Arm(1_900, 380), Arm(100, 40), Verdict.LESS, id="clearly less"),
        pytest.param(Arm(1_900, 800), Arm(100, 38), Verdict.NOT_YET_KNOWN, id="chance would do"),
        pytest.param(Arm(1_900, 1_900), Arm(49, 0), Verdict.NOT_YET_KNOWN, id="a control group one too small"),
        pytest.param(NOBODY, NOBODY, Verdict.NOT_YET_KNOWN, id="nobody"),
    ],
)
def test_a_verdict_needs_customers_and_an_interval_beside_zero(treated: Arm, held_out: Arm, expected: Verdict) -> None:
    assert expected == Lift(treated, held_out).verdict


@pytest.mark.parametrize(
    ("base", "other", "expected"),
    [(0.5, 0.6, 388), (0.1, 0.2, 199), (0.25, 0.4, 152), (0.3, 0.5, 93), (0.6, 0.5, 388)],
)
def test_the_customers_per_arm_are_those_of_the_textbook(base: float, other: float, expected: int) -> None:
    assert expected == held_out_needed(base, other - base)


@pytest.mark.parametrize(("base", "effect", "ratio"), [(0.4, 0.0, 1.0), (1.0, 0.1, 1.0), (0.4, 0.1, 0.0)])
def test_no_effect_or_no_room_for_one_has_no_sample_size(base: float, effect: float, ratio: float) -> None:
    with pytest.raises(ValueError, match="effect"):
        held_out_needed(base, effect, ratio)


@given(ARMS, ARMS, st.sampled_from([0.02, 0.05, 0.2]), st.sampled_from([0.05, 0.1]))
def test_the_missing_customers_would_be_enough_whoever_is_there_already(
    treated: Arm, held_out: Arm, effect: float, share: float
) -> None:
    missing = customers_missing(Lift(treated, held_out), effect, share)
    grown = Arm(held_out.customers + round(missing * share), held_out.visits)
    assert missing >= 0
    assert grown.customers + 1 >= min(LEAST_PER_ARM, held_out.customers + LEAST_PER_ARM)


def test_a_larger_effect_takes_fewer_customers_and_enough_is_enough() -> None:
    lift = Lift(Arm(950, 400), Arm(50, 20))
    five, ten = (customers_missing(lift, effect, 0.05) for effect in (0.05, 0.10))
    assert five > ten > 0
    assert 0 == customers_missing(Lift(Arm(95_000, 40_000), Arm(5_000, 2_000)), 0.05, 0.05)


@pytest.mark.parametrize(("customers", "visits"), [(1, 2), (-1, 0), (3, -1)])
def test_an_arm_has_no_more_visits_than_customers(customers: int, visits: int) -> None:
    with pytest.raises(ValueError, match="visits"):
        Arm(customers, visits)
