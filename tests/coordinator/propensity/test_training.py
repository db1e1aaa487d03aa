"""A training over dealers with unlike customers: as good as with everybody's data, with noise a little less."""

import math
from dataclasses import replace

import numpy as np
import pytest

from bench.propensity import measure
from bench.training.deal import deal
from bench.training.federation import ring_sum, train
from bench.training.made_up import made_up
from bench.training.measures import auc, pooled
from bench.training.table import Table
from guildpost_agent.domain.propensity import Seated, answer
from guildpost_coordinator.adapters.sql.beliefs import belief_from_bytes, belief_to_bytes
from guildpost_coordinator.domain.propensity.training import Memory, Training
from guildpost_shared.studies.propensity.asks import RangesAsk, StepAsk, SurveyAsk
from guildpost_shared.studies.propensity.budget import Budget
from guildpost_shared.studies.propensity.columns import code
from guildpost_shared.studies.propensity.steps import probability
from guildpost_shared.studies.propensity.terms import SLOPES
from tests.fakes.seeded_entropy import SeededEntropy

TRAIN, TEST = made_up(3, 6_000), made_up(4, 6_000)
NOISE = SeededEntropy(b"noise")


def seats(table: Table, dealers: int) -> list[Seated]:
    read = code(table.columns, list(table.columns), len(table))
    return [Seated(read.take(rows), table.answered[rows]) for rows in deal(table, dealers, 1)]


def test_every_record_goes_to_one_dealer_and_dealers_are_unlike() -> None:
    dealt = deal(TRAIN, 50, 1)
    assert list(range(6_000)) == sorted(np.concatenate(dealt).tolist())
    rates = [TRAIN.answered[rows].mean() for rows in dealt if len(rows) > 50]
    sizes = [len(rows) for rows in dealt]
    assert max(rates) - min(rates) > 0.4
    assert max(sizes) > 2 * np.mean(sizes)


def test_without_noise_the_federated_model_is_the_pooled_one() -> None:
    row = measure(TRAIN, TEST, dealers=50, epsilon=math.inf, seed=1, masked=False)
    assert float(str(row["pooled_auc"])) == pytest.approx(float(str(row["auc"])), abs=0.001)
    assert float(str(row["pooled_log_loss"])) == pytest.approx(float(str(row["log_loss"])), abs=0.002)
    assert int(str(row["rounds"])) <= 12


def test_with_a_yearly_budget_it_ranks_almost_as_well() -> None:
    row = measure(TRAIN, TEST, dealers=50, epsilon=4, seed=1, masked=False)
    assert float(str(row["auc"])) > float(str(row["pooled_auc"])) - 0.01
    assert 3.9 < float(str(row["epsilon"])) <= 4
    assert SLOPES + 2 == row["rounds"]


def test_the_secure_aggregation_gives_the_very_same_model() -> None:
    small, budget = seats(made_up(5, 600), 10), Budget.of(4, 1e-6, columns=6)
    plain = train(small, columns=6, budget=budget, entropy=SeededEntropy(b"n"))
    masked = train(small, columns=6, budget=budget, entropy=SeededEntropy(b"n"), masked=True)
    assert plain.model[0] == masked.model[0]
    assert plain.model[1].tolist() == masked.model[1].tolist()


def test_a_training_that_is_written_down_after_every_round_learns_the_very_same_model() -> None:
    small, budget, noise = seats(made_up(5, 600), 10), Budget.of(4, 1e-6, columns=6), SeededEntropy(b"n")
    whole, training = train(small, columns=6, budget=budget, entropy=SeededEntropy(b"n")), Training(6, budget)
    while (ask := training.ask) is not None:
        vectors = [answer(one, ask, budget=budget, threshold=10, entropy=noise) for one in small]
        training.take(ring_sum(vectors, ask), inflation=1)
        memory = belief_from_bytes(belief_to_bytes(training.memory))
        assert isinstance(memory, Memory)
        learned, following = training, training.ask
        if following is not None:
            training = Training.resumed(6, budget, memory, following)
    assert whole.model[0] == learned.model[0]
    assert whole.model[1].tolist() == learned.model[1].tolist()


def test_without_one_of_its_slopes_a_training_still_ranks_well() -> None:
    some, budget, noise = seats(TRAIN, 50), Budget.of(4, 1e-6, columns=6), SeededEntropy(b"lost")
    training = Training(6, budget)
    while (ask := training.ask) is not None:
        if isinstance(ask, StepAsk) and ask.at == 2:
            training = Training.resumed(6, budget, training.memory, replace(ask, at=3))
            continue
        vectors = [answer(one, ask, budget=budget, threshold=50, entropy=noise) for one in some]
        training.take(ring_sum(vectors, ask), inflation=1)
    features, theta = training.model
    names = list(TEST.columns)
    chances = probability(features.vectors(code(TEST.columns, names, len(TEST))), theta)
    assert auc(chances, TEST.answered) > auc(pooled(TRAIN, TEST), TEST.answered) - 0.01


def test_noise_alone_finds_next_to_nothing_and_learns_a_model_that_is_finite() -> None:
    empty = [Seated(code({}, list("abcdef"), 0), np.zeros(0, bool)) for _ in range(10)]
    features, theta = train(empty, columns=6, budget=Budget.of(4, 1e-6, columns=6), entropy=NOISE).model
    assert features.dimension < 10
    assert np.isfinite(theta).all()


@pytest.mark.parametrize("epsilon", [math.inf, 4.0], ids=["exact", "noised"])
@pytest.mark.parametrize(
    "columns",
    [
        {"same": ["a"] * 400},
        {"same": ["7"] * 400},
        {"nothing": [""] * 400},
        {"every one": [f"id {at}" for at in range(400)]},
        {"separates": ["1" if at % 4 == 0 else "0" for at in range(400)]},
        {"huge": [f"{(-1) ** at * 10**11}" for at in range(400)]},
        {"mixed": ["3", "x", "", "1,5"] * 100},
    ],
    ids=lambda columns: next(iter(columns)),
)
def test_any_column_ends_in_a_model(columns: dict[str, list[str]], epsilon: float) -> None:
    table = Table(columns, np.arange(400) % 4 == 0)
    row = measure(table, table, dealers=12, epsilon=epsilon, seed=0, masked=False)
    assert 0.0 <= float(str(row["auc"])) <= 1.0
    assert math.isfinite(float(str(row["log_loss"])))
    if "separates" in columns and math.isinf(epsilon):
        assert 1.0 == row["auc"]


def test_numbers_few_in_every_cell_are_found_in_wider_blocks_without_widening_the_bounds_of_others() -> None:
    random = np.random.default_rng(8)
    gains = np.where(random.random(15_000) < 0.08, np.round(np.exp(random.normal(8.5, 0.8, 15_000))), 0)
    index = np.round(random.uniform(5_130, 5_600, 15_000), 1)
    columns = {"gain": [f"{value:g}" for value in gains], "index": [f"{value:g}" for value in index]}
    table = Table(columns, random.random(15_000) < 0.2)
    features, _ = train(
        seats(table, 50), columns=2, budget=Budget.of(4, 1e-6, columns=12), entropy=SeededEntropy(b"few")
    ).model
    gain, narrow = features.numeric
    assert gain.low <= 0
    assert 8_000 < gain.high < 60_000
    assert 300 < gain.mean < 700
    assert 5_120 <= narrow.low <= 5_140
    assert 5_590 <= narrow.high <= 5_632


def test_a_text_that_appears_only_when_scoring_is_in_no_category() -> None:
    strange = Table({**TEST.columns, "make": ["Unheard-of"] * 6_000}, TEST.answered)
    row = measure(TRAIN, strange, dealers=50, epsilon=math.inf, seed=1, masked=False)
    assert 0.6 < float(str(row["auc"]))


def test_a_sum_that_was_not_asked_for_is_a_bug() -> None:
    training = Training(2, Budget.without_noise(3))
    with pytest.raises(ValueError, match="asked"):
        training.take(np.zeros(7, dtype=np.int64), inflation=1)
    with pytest.raises(ValueError, match="nothing learned"):
        _ = training.model


def test_an_agent_gives_no_curvature_twice_and_no_step_beyond_its_budget() -> None:
    (one,), budget = seats(made_up(6, 100), 10)[:1], Budget.of(4, 1e-6, columns=6)
    training = Training(6, budget)
    while not isinstance(training.ask, StepAsk):
        assert isinstance(training.ask, SurveyAsk | RangesAsk)
        vector = answer(one, training.ask, budget=budget, threshold=10, entropy=NOISE)
        training.take(ring_sum([vector], training.ask), inflation=1)
    for at, curved in [(SLOPES, False), (-1, False), (1, True)]:
        ask = StepAsk(training.ask.features, training.ask.theta, at, curved)
        with pytest.raises(ValueError, match="budget"):
            answer(one, ask, budget=budget, threshold=10, entropy=NOISE)
