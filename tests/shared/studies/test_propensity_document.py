"""The study of response propensity, the file its rounds publish, and what a round's sum must keep."""

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_shared.errors import Refused, Untrusted
from guildpost_shared.learning.document import NEUTRAL
from guildpost_shared.privacy.accountant import epsilon
from guildpost_shared.studies.counted import counted_study
from guildpost_shared.studies.layouts import context_of, layout_of
from guildpost_shared.studies.noise import budget_of, expenses_of
from guildpost_shared.studies.propensity.asks import Ask, RangesAsk, StepAsk, SurveyAsk
from guildpost_shared.studies.propensity.bounds import require_possible
from guildpost_shared.studies.propensity.document import (
    NOTHING_LEARNED,
    NextRound,
    PropensityDocument,
    ask_of,
    parse_propensity,
)
from guildpost_shared.studies.propensity.features import Category, FeatureMap, Numeric
from guildpost_shared.studies.propensity.model import Model
from guildpost_shared.studies.propensity.survey import Bounds
from guildpost_shared.studies.propensity.terms import COLUMNS, LAST_STEP, USUAL
from guildpost_shared.studies.spec import StudySpec, parse_study

STUDY = counted_study(
    "propensity", brand="Arvana", services=["hu_au"], period_start=date(2027, 1, 1), period_end=date(2027, 3, 31)
)
SURVEY, RANGES, FIRST, *LATER = STUDY.parts
ROSTER = bytes(32)
DAY = date(2027, 5, 6)
KM = USUAL.index("mileage_km")
MODEL = Model(
    USUAL,
    ("hu", "tyres"),
    FeatureMap((Numeric(KM, 1_000.0, 250_000.0, 80_000.0, 40_000.0),), (Category(0, 17, 0.25),), 2.5),
    np.array([-1.5, 0.125, 0.75]),
)
AFTER_SURVEY = PropensityDocument(1, DAY, None, NextRound("propensity", STUDY.days, 2, USUAL, (Bounds(KM, 0, 1e5),)))


def next_round(
    step: int, model: Model = MODEL, *, study_id: str = "propensity", days: str = STUDY.days
) -> PropensityDocument:
    """Publish what a round of learning asks."""
    return PropensityDocument(step - 1, DAY, None, NextRound(study_id, days, step, model.columns, model=model))


def test_one_training_has_six_rounds_over_the_same_days_each_with_terms_of_its_own() -> None:
    assert [f"2027-01-01_2027-03-31_{step}" for step in range(1, 7)] == [part.period for part in STUDY.parts]
    assert {"2027-01-01_2027-03-31"} == {part.days for part in STUDY.parts}
    assert 6 == len({part.sha256 for part in STUDY.parts})
    assert LATER[0] == STUDY.part("2027-01-01_2027-03-31_4")
    with pytest.raises(Refused, match="study_period_unknown"):
        STUDY.part("2027-01-01_2027-03-31_7")


def test_a_study_names_columns_of_the_list_in_the_program_and_always_the_class_of_the_service() -> None:
    assert STUDY == parse_study(STUDY.canonical_bytes)
    for columns in (["service_class", "postcode"], ["service_class", "invoice_cents"], ["month"], [], ["month"] * 2):
        document = json.loads(STUDY.canonical_bytes) | {"columns": columns}
        with pytest.raises(Refused, match="document_field_invalid"):
            parse_study(json.dumps(document).encode())


def test_a_signed_study_is_no_single_round() -> None:
    with pytest.raises(Refused, match="document_field_unknown"):
        parse_study(SURVEY.canonical_bytes)


def test_taking_part_costs_everything_at_once_and_no_more_than_the_study_states() -> None:
    expenses = expenses_of(STUDY)
    assert 7 == len(expenses)
    assert 0.97 < epsilon(expenses, STUDY.delta) <= STUDY.epsilon
    assert expenses == expenses_of(LATER[2])


def test_every_round_asks_what_the_file_says_and_the_first_one_needs_none() -> None:
    asks: list[Ask] = [
        ask_of(SURVEY, NOTHING_LEARNED),
        ask_of(RANGES, AFTER_SURVEY),
        ask_of(FIRST, next_round(3)),
        ask_of(LATER[-1], next_round(6)),
    ]
    assert [SurveyAsk(12), RangesAsk((Bounds(KM, 0, 1e5),))] == asks[:2]
    found = [(ask.at, ask.curved, ask.theta.tolist()) for ask in asks[2:] if isinstance(ask, StepAsk)]
    assert [(0, True, [-1.5, 0.125, 0.75]), (3, False, [-1.5, 0.125, 0.75])] == found


def test_after_a_round_of_learning_was_lost_the_next_one_asks_under_the_same_model() -> None:
    ask = ask_of(LATER[1], next_round(4))
    assert isinstance(ask, StepAsk)
    assert (2, MODEL.theta.tolist()) == (ask.at, ask.theta.tolist())


@pytest.mark.parametrize(
    ("part", "document"),
    [
        (RANGES, NOTHING_LEARNED),
        (FIRST, AFTER_SURVEY),
        (RANGES, next_round(3)),
        (LATER[0], next_round(3)),
        (LATER[0], next_round(5)),
        (FIRST, next_round(3, days="2027-04-01_2027-06-30")),
        (FIRST, next_round(3, study_id="other")),
        (FIRST, next_round(3, Model(USUAL[:7], (), MODEL.features, MODEL.theta))),
    ],
    ids=[
        "nothing published", "a step before its ranges", "a round that is over", "a step without curvature",
        "a later step", "another quarter's training", "another study's", "other columns",
    ],
)  # fmt: skip
def test_a_round_that_the_file_does_not_ask_is_refused(part: StudySpec, document: PropensityDocument) -> None:
    with pytest.raises(Refused, match="training_out_of_step"):
        ask_of(part, document)


def test_a_round_is_bound_to_the_study_the_step_and_every_byte_of_the_file() -> None:
    moved = next_round(4, Model(USUAL, ("hu", "tyres"), MODEL.features, MODEL.theta + 1e-9))
    contexts = [
        context_of("round-1", LATER[0], ROSTER, next_round(4)),
        context_of("round-1", LATER[0], ROSTER, moved),
        context_of("round-1", LATER[1], ROSTER, next_round(4)),
        context_of("round-1", FIRST, ROSTER, next_round(3)),
    ]
    assert 4 == len({context.digest for context in contexts})
    assert [3, 3, 3, 3 + 6] == [context.dimension for context in contexts]
    with pytest.raises(ValueError, match="model"):
        context_of("round-1", SURVEY, ROSTER)
    with pytest.raises(ValueError, match="model"):
        context_of("round-1", SURVEY, ROSTER, NEUTRAL)
    with pytest.raises(ValueError, match="layout"):
        layout_of(SURVEY)


NUMBERS = st.floats(-1e12, 1e12, allow_subnormal=False)
RANGE = st.tuples(NUMBERS, NUMBERS, NUMBERS).map(sorted).filter(lambda three: three[0] < three[2])
MODELS = st.builds(
    lambda ranges, shares, norm, theta: Model(
        COLUMNS,
        ("hu",),
        FeatureMap(
            tuple(Numeric(at + 5, low, high, mean, 1 + at) for at, (low, mean, high) in enumerate(ranges)),
            tuple(Category(at % 3, at, share) for at, share in enumerate(shares)),
            norm,
        ),
        np.array((theta * 99)[: 1 + len(ranges) + len(shares)]),
    ),
    st.lists(RANGE, max_size=5),
    st.lists(st.floats(0, 1), max_size=9),
    st.floats(2, 64),
    st.lists(st.floats(-100, 100), min_size=1, max_size=15),
)


@given(MODELS, st.integers(3, LAST_STEP))
def test_a_file_is_read_again_as_the_very_same_numbers(model: Model, step: int) -> None:
    document = PropensityDocument(7, DAY, model, NextRound("propensity", STUDY.days, step, COLUMNS, model=model))
    again = parse_propensity(document.canonical_bytes)
    assert (document.canonical_bytes, document.sha256) == (again.canonical_bytes, again.sha256)
    assert again.learned is not None
    assert again.training is not None
    assert again.training.model is not None
    for one in (again.learned, again.training.model):
        assert (model.features, model.theta.tolist()) == (one.features, one.theta.tolist())


def test_the_bounds_of_a_survey_are_read_again() -> None:
    again = parse_propensity(AFTER_SURVEY.canonical_bytes).training
    assert again is not None
    assert ((Bounds(KM, 0, 1e5),), USUAL, None) == (again.bounds, again.columns, again.model)


NUMERIC = {"column": "mileage_km", "low": 0.0, "high": 9.0, "mean": 4.0, "deviation": 1.0, "weight": 0.5}
CATEGORY = {"column": "channel", "bucket": 17, "share": 0.5, "weight": 0.5}


@pytest.mark.parametrize(
    "changes",
    [
        {"columns": ["service_class", "price"]},
        {"columns": ["channel"]},
        {"classes": ["everything"]},
        {"norm": 1.9},
        {"norm": 1e9},
        {"constant": 100.5},
        {"numeric": [NUMERIC | {"low": 9.0}]},
        {"numeric": [NUMERIC | {"mean": 10.0}]},
        {"numeric": [NUMERIC | {"high": 1e30}]},
        {"numeric": [NUMERIC | {"deviation": 0.0}]},
        {"numeric": [NUMERIC | {"weight": -1e6}]},
        {"numeric": [NUMERIC, NUMERIC]},
        {"numeric": [NUMERIC | {"column": "vin"}]},
        {"numeric": [NUMERIC | {"dealer": 1}]},
        {"categories": [CATEGORY | {"bucket": 1_025}]},
        {"categories": [CATEGORY | {"share": 1.5}]},
        {"categories": [CATEGORY, CATEGORY | {"share": 0.2}]},
        {"categories": [CATEGORY | {"bucket": at} for at in range(256)]},
        {"dealers": 12},
    ],
    ids=lambda changes: f"{changes}"[:60],
)
def test_a_model_that_no_learning_can_have_given_is_refused(changes: dict[str, object]) -> None:
    document = json.loads(next_round(4).canonical_bytes)
    document["learned"] = document["training"]["model"] | changes
    with pytest.raises(Refused, match="document_field"):
        parse_propensity(json.dumps(document).encode())


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_a_coefficient_that_is_not_finite_is_refused(number: str) -> None:
    data = next_round(4).canonical_bytes.replace(b'"constant":-1.5', f'"constant":{number}'.encode())
    with pytest.raises(Refused, match="document_"):
        parse_propensity(data)


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"version":3', b'"version": 3'), (b'"weight":0.75', b'"weight":7.5e-1'), (b'"norm":2.5', b'"norm":2.50')],
    ids=["a space", "an exponent", "a nought"],
)
def test_another_spelling_of_the_same_model_is_refused(old: bytes, new: bytes) -> None:
    data = next_round(4).canonical_bytes
    assert old in data
    with pytest.raises(Refused, match="document_unreadable"):
        parse_propensity(data.replace(old, new))


@pytest.mark.parametrize(
    ("ask", "place", "value", "name"),
    [
        (SurveyAsk(2), 0, 20_001, "records"),
        (SurveyAsk(2), 1, -1_001, "positives"),
        (SurveyAsk(2), 1_000, 60_000, "survey/0"),
        (RangesAsk((Bounds(1, 0, 1),)), 63, 40_000, "ranges/0"),
        (StepAsk(MODEL.features, MODEL.theta, 1, curved=False), 2, 10**8, "slope/2"),
        (StepAsk(MODEL.features, MODEL.theta, 0, curved=True), 8, 10**9, "curvature/2"),
        (StepAsk(MODEL.features, MODEL.theta, 0, curved=True), 6, -(10**7), "curvature/1"),
    ],
    ids=["records", "answers", "a column", "a range", "a slope", "a curvature", "a square below zero"],
)
def test_a_sum_beyond_what_so_many_customers_bring_is_refused(ask: Ask, place: int, value: int, name: str) -> None:
    budget, total = budget_of(STUDY), np.zeros(ask.dimension, dtype=np.int64)
    require_possible(ask, total, budget=budget, cap=1_500, contributors=12, noise=Fraction(12, 10))
    total[place] = value
    with pytest.raises(Untrusted) as caught:
        require_possible(ask, total, budget=budget, cap=1_500, contributors=12, noise=Fraction(12, 10))
    assert name == caught.value.params["field"]


def test_the_climate_zone_is_asked_only_where_a_study_names_it() -> None:
    assert (USUAL, {"climate_zone"}) == (STUDY.columns, {*COLUMNS} - {*USUAL})
    named = parse_study(replace(STUDY, columns=COLUMNS).canonical_bytes)
    assert "climate_zone" in named.columns
