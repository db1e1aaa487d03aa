"""Draws that stay the same, the best of the free days, and who is written to at which time."""

from collections import Counter
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_agent.domain.learning.buckets import BUCKETS, MEAN, bucket_of, normals
from guildpost_agent.domain.learning.deviations import fresh, posterior
from guildpost_agent.domain.learning.experiment import (
    DEFAULT_ARM,
    EXPLORE_ARM,
    LEARNED_ARM,
    Learning,
    Way,
    arm_of,
    stands,
)
from guildpost_agent.domain.learning.exploring import tried_leads
from guildpost_agent.domain.learning.picking import pick, step_of
from guildpost_agent.domain.learning.reading import Addressed, Recipient
from guildpost_agent.domain.learning.times import Times
from guildpost_agent.domain.records import Occasion, Triage
from guildpost_shared.learning.bases import FIRST_HOUR, nearest_lead
from guildpost_shared.learning.document import PublishedModel
from tests.factories.network_models import a_model
from tests.factories.standard_services import standard_services

KEY = bytes(range(32))
LAST_HOUR = 19
SERVICES = {service.service_id: service for service in standard_services()}


def times(model: PublishedModel) -> Times:
    return Times(KEY, model, posterior(fresh(1), model.model), LAST_HOUR)


def an_occasion(number: int, customer: str = "1") -> Occasion:
    return Occasion(f"o{number}", customer, "V1", "hu_au", date(2027, 5, 31), "dms", 1.0, Triage.TRUSTED)


contexts = st.builds(
    Addressed,
    st.integers(0, 4),
    st.sampled_from([0, 1]),
    st.builds(Recipient, st.integers(0, 1), st.integers(0, 2), st.integers(0, 1)),
)
free_days = st.lists(st.tuples(st.integers(-60, 200), st.integers(0, 5)), min_size=1, max_size=60)
SURE, UNSURE = times(a_model()), times(a_model(strength=0.05, variance=1.0))


@settings(max_examples=60, deadline=None)
@given(contexts, free_days, st.integers(0, MEAN), st.integers(-30, 120))
def test_only_a_free_day_and_a_lawful_hour_are_chosen(
    addressed: Addressed, days: list[tuple[int, int]], bucket: int, usual: int
) -> None:
    found = pick(days, UNSURE.values(addressed, bucket), usual)
    assert 0 <= found.at < len(days)
    assert FIRST_HOUR <= found.hour <= LAST_HOUR


@settings(max_examples=60, deadline=None)
@given(contexts, free_days, st.integers(0, MEAN))
def test_no_free_day_is_worth_more_than_the_chosen_one(
    addressed: Addressed, days: list[tuple[int, int]], bucket: int
) -> None:
    values = UNSURE.values(addressed, bucket)
    worth = [values.leads[step_of(lead)] + values.best[weekday] for lead, weekday in days]
    assert max(worth) == worth[pick(days, values, 30).at]


def test_of_equal_days_the_one_nearest_to_the_recommended_lead_time_is_taken() -> None:
    values = SURE.values(Addressed(0, 1, Recipient(0, 0, 0)), MEAN)
    assert 1 == pick([(150, 0), (130, 0), (190, 0)], values, 125).at


@given(st.integers(-300, 500))
def test_steps_of_the_lead_grid_are_those_that_are_contributed(days: int) -> None:
    assert int(nearest_lead(np.array([days]))[0]) == step_of(days)


def test_the_same_bucket_makes_the_same_choice_under_another_object() -> None:
    again = times(a_model(strength=0.05, variance=1.0))
    addressed = Addressed(2, 0, Recipient(1, 2, 0))
    assert [again.values(addressed, b) for b in range(BUCKETS)] == [UNSURE.values(addressed, b) for b in range(BUCKETS)]


def test_a_model_that_changes_little_moves_few_choices() -> None:
    days = [(lead, weekday) for lead in range(14, 61) for weekday in range(6)]
    addressed = Addressed(0, 0, Recipient(0, 1, 1))
    nearly = times(a_model(strength=0.051, variance=1.0))
    moved = [
        pick(days, UNSURE.values(addressed, b), 42) != pick(days, nearly.values(addressed, b), 42)
        for b in range(BUCKETS)
    ]
    assert np.mean(moved) < 0.1


def test_an_occasion_keeps_its_bucket_and_buckets_are_about_equally_full() -> None:
    found = Counter(bucket_of(KEY, f"o{number}") for number in range(20_000))
    assert found == Counter(bucket_of(KEY, f"o{number}") for number in range(20_000))
    assert BUCKETS == len(found)
    assert max(found.values()) < 2 * 20_000 / BUCKETS


def test_draws_are_standard_normal_and_the_last_row_is_none() -> None:
    z = normals(KEY, "own", 45)
    assert (BUCKETS + 1, 45) == z.shape
    assert not z[MEAN].any()
    assert abs(z[:MEAN].mean()) < 0.05
    assert abs(z[:MEAN].std() - 1) < 0.05


def test_draws_come_from_the_key() -> None:
    expected = [-1.07, 0.83, -0.96]
    assert expected == normals(KEY, "own", 1)[:3, 0].round(2).tolist()
    assert not np.array_equal(normals(KEY, "own", 45), normals(bytes(32), "own", 45))
    assert not np.array_equal(normals(KEY, "own", 45), normals(KEY, "lead/1", 45))


@pytest.mark.parametrize(
    ("way", "shares"),
    [
        (Way.OFF, {DEFAULT_ARM: 1.0}),
        (Way.PLAIN, {DEFAULT_ARM: 1.0}),
        (Way.LEARNED, {DEFAULT_ARM: 0.10, EXPLORE_ARM: 0.005, LEARNED_ARM: 0.895}),
        (Way.STUDIED, {DEFAULT_ARM: 0.10, EXPLORE_ARM: 0.90}),
        (Way.USUAL, {DEFAULT_ARM: 0.50, EXPLORE_ARM: 0.50}),
    ],
    ids=str,
)
def test_arms_have_their_shares(way: Way, shares: dict[str, float]) -> None:
    found = Counter(arm_of(KEY, way, an_occasion(number, str(number))) for number in range(10_000))
    assert shares == {arm: pytest.approx(count / 10_000, abs=0.012) for arm, count in found.items()}


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_who_stays_with_the_recommended_time_stays_for_every_occasion_and_under_every_model(
    customer: int, number: int
) -> None:
    mine = stands(KEY, str(customer), "hu_au")
    for way in (Way.LEARNED, Way.STUDIED):
        assert mine == (arm_of(KEY, way, an_occasion(number, str(customer))) == DEFAULT_ARM)


@pytest.mark.parametrize(
    ("service", "learning", "way"),
    [
        ("hu_au", Learning(), Way.USUAL),
        ("hu_au", Learning(studied={"hu_au"}), Way.STUDIED),
        ("hu_au", Learning({"": SURE}, studied={"hu_au"}), Way.LEARNED),
        ("hu_au", Learning({"skoda": SURE}), Way.USUAL),
        ("hu_au", Learning({"": SURE}, off={"hu_au"}), Way.OFF),
        ("birthday", Learning({"": SURE}), Way.PLAIN),
        ("recall", Learning({"": SURE}), Way.PLAIN),
    ],
    ids=["nothing", "a study", "a model", "another brand's model", "switched off", "no class", "a notice"],
)
def test_the_way_of_a_service(service: str, learning: Learning, way: Way) -> None:
    assert way is learning.way(SERVICES[service])


@pytest.mark.parametrize(
    ("window", "default", "expected"),
    [
        ((60, 14), 42, (14, 60)),
        ((90, 10), 30, (10, 90)),
        ((180, 1), 42, (14, 126)),
        ((0, -45), -7, (-45, 0)),
        ((12, 10), 42, (10, 12)),
    ],
    ids=["the whole window", "all of it", "a third to three times", "after the due date", "hardly anything left"],
)
def test_lead_times_are_tried_near_the_recommended_one(
    window: tuple[int, int], default: int, expected: tuple[int, int]
) -> None:
    assert expected == tried_leads(*window, default)
