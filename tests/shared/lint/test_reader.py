"""The reader gives sentences a margin; tables and reader are weighed against one another."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from guildpost_shared.lint import reader, wording
from guildpost_shared.lint.features import BUCKETS, PAIR_BUCKETS, features, together
from guildpost_shared.lint.reader import Readings, Weights, readings, spans
from tests.shared.lint.readings import errors, found

PAID = "Der Ölwechsel kostet bei uns 49 Euro."
BARE = "Der Ölwechsel liegt bei uns bei 49."
HARMLESS = "Wir freuen uns auf Ihren Besuch in der Werkstatt."


def of_opinion(bias: float) -> Weights:
    return Weights(np.zeros(BUCKETS, np.int8), np.zeros(PAIR_BUCKETS, np.int8), (0.0, 0.0), bias)


@pytest.fixture(autouse=True)
def forgets() -> Iterator[None]:
    yield
    readings.cache_clear()
    wording._hits.cache_clear()


def opinion(monkeypatch: pytest.MonkeyPatch, bias: float) -> None:
    readings.cache_clear()
    wording._hits.cache_clear()
    monkeypatch.setattr(reader, "weights", lambda: of_opinion(bias))


def test_what_the_reader_is_sure_of_is_refused_once_for_each_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    opinion(monkeypatch, 5)
    assert ["R10.reading"] == errors(HARMLESS)
    assert [(1, "R10.reading"), (3, "R10.reading")] == [
        (each.line, each.rule) for each in found(f"{HARMLESS}\n\n{HARMLESS}") if each.rule == "R10.reading"
    ]


def test_the_line_is_that_of_the_first_word(monkeypatch: pytest.MonkeyPatch) -> None:
    opinion(monkeypatch, 5)
    lines = [each.line for each in found(f"{HARMLESS}\n  {HARMLESS}\n{HARMLESS}") if each.rule == "R10.reading"]
    assert [1, 2, 3] == lines


def test_what_a_table_refuses_is_not_refused_a_second_time(monkeypatch: pytest.MonkeyPatch) -> None:
    opinion(monkeypatch, 5)
    assert "R10.reading" not in errors(PAID)


def test_a_sentence_of_two_words_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    opinion(monkeypatch, 5)
    assert [] == errors("Guten Tag!")


def test_an_amount_with_its_currency_is_refused_whatever_the_reader_thinks(monkeypatch: pytest.MonkeyPatch) -> None:
    opinion(monkeypatch, -50)
    assert "R10.amount" in errors(PAID)


def test_a_figure_alone_is_a_warning_where_the_reader_is_sure_that_it_is_no_price(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opinion(monkeypatch, 0)
    assert "R10.amount" in errors(BARE)
    opinion(monkeypatch, -50)
    assert [] == errors(BARE)
    assert ["R10.amount"] == [each.rule for each in found(BARE) if each.rule.startswith("R10.")]


def test_of_conduct_the_reader_knows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    opinion(monkeypatch, -50)
    assert ["R11.warranty"] == errors("Nach einer Reparatur in einer freien Werkstatt verlieren Sie die Garantie.")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Der Service kostet 49", "der SERVICE kostet 87", id="case and figure"),
        pytest.param("Wir prüfen, wir messen", "Wir prüfen, wir messen, wir prüfen, wir messen", id="how often"),
    ],
)
def test_what_makes_no_difference(one: str, other: str) -> None:
    left, right = features(one), features(other)
    assert set(left.classes) == set(right.classes)
    assert set(left.wording) <= set(right.wording)


def test_a_passage_shows_what_its_sentences_show() -> None:
    one, two = features(PAID), features(HARMLESS)
    both = together([one, two])
    assert set(both.wording) == set(one.wording) | set(two.wording)
    assert set(both.classes) == set(one.classes) | set(two.classes)


@given(st.text(max_size=2_000))
def test_any_text_is_read_in_sentences_that_follow_one_another(text: str) -> None:
    places = spans(text)
    assert all(start < end for start, end in places)
    assert all(before[1] <= after[0] for before, after in pairwise(places))
    assert all(np.isfinite(margin) for margin in (*readings(text).margins, *readings(text).pairs))


PLACES = Readings(starts=[0, 20, 40], ends=[10, 30, 50], margins=[1.0, 2.0, 3.0], pairs=[5.0, 4.0])


@pytest.mark.parametrize(
    ("place", "sentences", "highest"),
    [
        pytest.param(0, [0], 5.0, id="in the first, also with the second"),
        pytest.param(29, [1], 5.0, id="in the second, with either neighbour"),
        pytest.param(40, [2], 4.0, id="in the last"),
        pytest.param(15, [0, 1], 5.0, id="in a gap, where too short a sentence stands"),
        pytest.param(35, [1, 2], 4.0, id="in the next gap"),
        pytest.param(60, [2], None, id="behind the last"),
    ],
)
def test_a_place_belongs_to_its_sentence_and_its_pairs(place: int, sentences: list[int], highest: float | None) -> None:
    assert (sentences, highest) == (list(PLACES.of(place)), PLACES.highest(place))


def test_nothing_is_read_in_front_of_the_first_sentence() -> None:
    late = Readings(starts=[5], ends=[9], margins=[1.0], pairs=[])
    assert ([], None) == (list(late.of(2)), late.highest(2))
    assert 1.0 == late.highest(5)


def test_the_weights_that_ship_read_as_people_do() -> None:
    read = {text: max(readings(text).margins) for text in (PAID, HARMLESS)}
    assert read[PAID] > 0 > read[HARMLESS]
