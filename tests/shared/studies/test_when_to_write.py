"""The study that learns when to write: its rounds, its layout, and what binds a round to a model."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_shared.errors import Refused, Untrusted
from guildpost_shared.learning import vector
from guildpost_shared.learning.document import NEUTRAL
from guildpost_shared.studies.counted import counted_study
from guildpost_shared.studies.layouts import context_of, layout_of
from guildpost_shared.studies.noise import contribution, promised_variance
from guildpost_shared.studies.sanity import require_plausible
from guildpost_shared.studies.spec import parse_study
from guildpost_shared.studies.when_to_write import CustomerRow, LearningLayout
from tests.factories.reminders import random_reminders
from tests.fakes.seeded_entropy import SeededEntropy

STUDY = counted_study(
    "when-to-write",
    brand="Arvana",
    services=["hu_au", "inspection"],
    period_start=date(2027, 1, 1),
    period_end=date(2027, 3, 31),
)
LAYOUT = LearningLayout()
NOTHING = SeededEntropy(b"")
SOME = bytes(32)


def rows(count: int, seed: int = 1) -> list[CustomerRow]:
    """Give customers' integers under the neutral model."""
    reminders = random_reminders(count, np.random.default_rng(seed))
    places, integers = vector.customer_rows(reminders, NEUTRAL.model)
    return [CustomerRow(*pair) for pair in zip(places, integers, strict=True)]


def test_a_quarter_has_seven_rounds_of_two_weeks_and_every_day_belongs_to_one() -> None:
    days = [(part.period_start, part.period_end) for part in STUDY.parts]
    assert [14] * 6 + [6] == [(end - start).days + 1 for start, end in days]
    assert (STUDY.period_start, STUDY.period_end) == (days[0][0], days[-1][1])
    assert all(start == before + timedelta(days=1) for (_, before), (start, _) in pairwise(days))


def test_every_round_is_about_other_terms_and_only_a_part_of_the_study_has_one() -> None:
    assert 7 == len({part.sha256 for part in STUDY.parts})
    assert STUDY.part("2027-01-15_2027-01-28").period_start == date(2027, 1, 15)
    with pytest.raises(Refused, match="study_period_unknown"):
        STUDY.part("2027-01-14_2027-01-28")


def test_a_round_is_held_the_day_after_its_last_outcome_is_final() -> None:
    assert STUDY.parts[0].release_from == date(2027, 1, 14) + timedelta(days=35 + 1)


def test_the_document_says_how_long_a_round_is_and_is_read_again() -> None:
    assert parse_study(STUDY.canonical_bytes) == STUDY
    assert b'"round_days":14' in STUDY.canonical_bytes


@given(st.integers(0, 2**32 - 1), st.integers(1, 30))
def test_adding_up_customers_gives_what_the_learning_code_gives(seed: int, count: int) -> None:
    some = rows(count, seed)
    total = np.zeros(vector.LENGTH, dtype=np.int64)
    for row in some:
        np.add.at(total, row.places, row.integers)
    assert (LAYOUT.encode(some, cap=100, entropy=NOTHING) == total).all()


@given(st.integers(0, 2**32 - 1))
def test_one_customer_more_or_less_moves_the_vector_no_further_than_stated(seed: int) -> None:
    with_him, without = (LAYOUT.encode(some, cap=9, entropy=NOTHING) for some in (rows(3, seed), rows(3, seed)[1:]))
    change = with_him - without
    assert int((change**2).sum()) <= LAYOUT.sensitivity.l2_squared
    assert int(np.abs(change).sum()) <= LAYOUT.sensitivity.l1


def test_a_row_longer_than_the_noise_hides_is_a_bug_and_is_not_added() -> None:
    row = rows(1)[0]
    with pytest.raises(ValueError, match="longer than the noise hides"):
        LAYOUT.encode([CustomerRow(row.places, row.integers * 40)], cap=9, entropy=NOTHING)


def test_who_has_nothing_to_report_sends_as_much_as_everybody() -> None:
    sent = contribution(STUDY, [], threshold=10, entropy=SeededEntropy(b"noise"))
    assert sent.shape == (1_468,)
    assert 0 < float(sent.var()) < 4 * promised_variance(STUDY) / 10


def test_a_true_sum_is_plausible_and_a_grossly_wrong_one_is_refused() -> None:
    total = np.sum(
        [
            contribution(STUDY, rows(40, number), threshold=10, entropy=SeededEntropy(bytes([number])))
            for number in range(10)
        ],
        axis=0,
    )
    require_plausible(STUDY, total, contributors=10, noise=Fraction(1))
    total[vector.PARTS["leads"][3]] += 10 * STUDY.cap_customers * 1_000
    with pytest.raises(Untrusted, match="study_sum_implausible"):
        require_plausible(STUDY, total, contributors=10, noise=Fraction(1))


def test_a_round_is_bound_to_its_part_and_to_the_model_under_which_is_scored() -> None:
    first, second = STUDY.parts[:2]
    contexts = [
        context_of("round-1", first, SOME, NEUTRAL),
        context_of("round-1", first, SOME, replace(NEUTRAL, version=1)),
        context_of("round-1", second, SOME, NEUTRAL),
    ]
    assert 3 == len({context.digest for context in contexts})
    with pytest.raises(ValueError, match="model"):
        context_of("round-1", first, SOME)


def test_studies_of_figures_have_no_model_and_one_round() -> None:
    lift = counted_study(
        "lift", brand="Arvana", services=["hu_au"], period_start=STUDY.period_start, period_end=STUDY.period_end
    )
    assert (lift,) == lift.parts
    assert context_of("round-1", lift, SOME).layout_hash == layout_of(lift).layout_hash
    with pytest.raises(ValueError, match="model"):
        context_of("round-1", lift, SOME, NEUTRAL)
