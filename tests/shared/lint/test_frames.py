"""A frame is a set of classes: order, inflection and what stands between make no difference, another sentence does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_shared.lint.classes import classes_of, spelt_out
from guildpost_shared.lint.frames import frames
from guildpost_shared.lint.tables import table
from tests.shared.lint.readings import errors

FRAMES = table("frames")["frames"]
NEUTRAL = ("hier", "nun", "gern", "here", "today", "then")


def test_a_frame_names_only_classes_that_exist() -> None:
    named = {name for frame in FRAMES for name in [*frame["all"], *frame.get("unless", ())]}
    assert named - {"two_numbers"} <= set(table("classes"))


def test_every_class_is_used() -> None:
    frames_of_both = [*FRAMES, *table("left")["frames"]]
    named = {name for frame in frames_of_both for name in [*frame["all"], *frame.get("unless", ())]}
    assert set(table("classes")) - {"number"} <= named


@settings(deadline=None)
@given(st.permutations(["überall", "derselbe", "geld"]), st.lists(st.sampled_from(NEUTRAL), max_size=12))
def test_the_order_of_the_words_makes_no_difference(words: list[str], between: list[str]) -> None:
    text = " ".join(word for pair in zip(words, [" ".join(between)] * 3, strict=True) for word in pair)
    assert any(hit.rule == "R10.obligation" for hit in frames(text))


@settings(deadline=None)
@given(st.integers(min_value=0, max_value=400))
def test_a_frame_is_found_wherever_it_stands_in_a_text_without_stops(before: int) -> None:
    text = " ".join(["hier"] * before + ["überall", "derselbe", "geld"] + ["hier"] * 300)
    assert any(hit.rule == "R10.obligation" for hit in frames(text))


def test_words_of_two_sentences_make_no_frame() -> None:
    assert list(frames("Wir sind überall. Derselbe Ort. Geld.")) == []


def test_a_frame_of_one_clause_needs_one_clause() -> None:
    assert list(frames("Der Rabatt ist untersagt.")) != []
    assert not any(hit.rule == "R10.obligation" for hit in frames("Der Rabatt, von dem niemand spricht, untersagt"))


@pytest.mark.parametrize(
    ("entry", "ways"),
    [
        ("one", ["one"]),
        ("(?:a|b) c", ["(?:a|b) c"]),
        ("(?:the old|a) one", ["the old one", "a one"]),
        ("(?:the )?half", ["the half", "half"]),
    ],
)
def test_an_entry_is_spelt_out_where_a_group_holds_a_blank(entry: str, ways: list[str]) -> None:
    assert ways == list(spelt_out(entry))


def test_a_gap_holds_at_most_so_many_words() -> None:
    assert "off" in classes_of("we knock a good bit more off")
    assert "off" not in classes_of("we knock on the door of every one of them and then drive off")


def test_a_slot_of_the_dealer_is_no_price_of_the_brand() -> None:
    assert errors("Unser Festbetrag: {{ slots.price }}") == []
