"""A figure is an amount unless something says what it counts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_shared.lint.bare_figures import bare_figures
from tests.shared.lint.readings import errors, fixes_a_price

FIGURES = st.integers(120, 899)
UNITS = ("km", "mm", "kg", "Nm", "A", "Minuten", "Tage", "Fahrzeuge", "erfahrene Leute", "miles", "trained people")
LABELS = ("Halle", "Stellplatz:", "Seite", "§", "extension", "page", "Peugeot")
BEHIND = ("", " abzurechnen", " gedeckelt", " sind Sie dabei", " within our branches", " settles it", " im ganzen Haus")


def amounts(text: str) -> list[str]:
    """Give the figures that count nothing."""
    return [text[hit.start : hit.end] for hit in bare_figures(text)]


@settings(deadline=None)
@given(FIGURES, st.sampled_from(UNITS))
def test_a_unit_or_noun_behind_a_figure_says_what_it_counts(figure: int, unit: str) -> None:
    assert amounts(f"Es sind {figure} {unit}.") == []


@settings(deadline=None)
@given(FIGURES, st.sampled_from(LABELS))
def test_a_label_in_front_of_a_figure_makes_it_a_part_of_a_name(figure: int, label: str) -> None:
    assert amounts(f"Siehe {label} {figure}.") == []


@settings(deadline=None)
@given(FIGURES, st.sampled_from(BEHIND))
def test_no_other_word_behind_a_figure_excuses_it(figure: int, behind: str) -> None:
    assert amounts(f"Ihr Haus nennt den Räderwechsel mit {figure}{behind}.") == [str(figure)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Die Scheibe misst 24 mm, erlaubt sind 22.", []),
        ("Bremsen in 35 Minuten, für 149.", ["149"]),
        ("Dachlast 75 kg, Stützlast 80.", []),
        ("Im Juni um 15 und um 45.", ["45"]),
        ("Vorn zu 70 Prozent abgenutzt, hinten erst zu 40.", []),
        ("Pads 70 percent worn, replacement for 89.", ["89"]),
        ("Drei Jahre Garantie, gegen Rost zwölf.", []),
        ("Älter als fünf Jahre: fünfundzwanzig weniger.", ["fünfundzwanzig"]),
        ("Of the 410 cars we saw, 57 had a bulb out.", []),
        ("The manual says 32 in front and 35 in the rear.", []),
        ("Torque the bolts to 120.", []),
        ("Torque the bolts, 49.", ["49"]),
    ],
    ids=[
        "a neighbour of its size",
        "a neighbour of another size",
        "loads",
        "an hour, and no hour",
        "a share beside a share",
        "a work beside a share",
        "years in words",
        "years, and no years",
        "a part of what is counted",
        "pressures of a handbook",
        "what a bolt is set to",
        "what is asked for it",
    ],
)
def test_what_stands_beside_a_figure_explains_it_only_where_it_may_be_the_same(text: str, found: list[str]) -> None:
    assert found == amounts(text)


@pytest.mark.parametrize(
    "text", ["Our colleague Jana is 19.", "Tim, 17, unser Lehrling, hilft.", "She was 16 when she came to us."]
)
def test_the_age_of_somebody_is_no_amount(text: str) -> None:
    assert amounts(text) == []


@pytest.mark.parametrize(
    "text", ["Unser Meister macht das für 49.", "What our colleague charges is 49.", "Der Check ist 49."]
)
def test_what_somebody_takes_is_no_age(text: str) -> None:
    assert amounts(text) == ["49"]


def test_an_hour_that_follows_a_weekday_is_no_amount() -> None:
    assert errors("The inspection takes place here, Wednesdays from 10.") == []
    assert fixes_a_price("Räderwechsel mittwochs ab 29.")


@pytest.mark.parametrize(
    "text",
    [
        "Unser Betrieb wird dieses Jahr 50! Feiern Sie mit uns.",
        "{{ dealer.name }} turns 50",
        "Our workshop turns 75 this year.",
    ],
)
def test_how_old_a_house_becomes_is_no_amount(text: str) -> None:
    assert errors(text) == []


@pytest.mark.parametrize(
    "text",
    ["Unsere Werkstatt wird 50 für den Räderwechsel nehmen.", "Die Stunde in unserer Werkstatt wird 50."],
)
def test_what_a_house_will_take_is_one(text: str) -> None:
    assert fixes_a_price(text)


@pytest.mark.parametrize(
    "text",
    [
        "Von 600 Angeschriebenen haben beim letzten Mal 38 Prozent mitgemacht.",
        "96 percent of our readers replied.",
    ],
)
def test_how_many_took_part_is_no_discount(text: str) -> None:
    assert errors(text) == []


def test_a_discount_for_those_who_took_part_is_one() -> None:
    assert fixes_a_price("Wer mitgemacht hat, bekommt 20 Prozent auf Teile.")
