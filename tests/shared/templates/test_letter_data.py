"""What the layout is told about a letter's rows: a row that is not measured never exceeds its place."""

import json

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st

from guildpost_shared.templates.letter_data import KNOWN_CHARACTERS, may_exceed

MEASURE = b"""
#set text(font: "Libertinus Serif", size: 11pt)
#let rows = json(bytes(sys.inputs.rows))
#context [#metadata(rows.map(row => measure(text(row)).width / 1mm))<widths>]
"""


def widths(rows: list[str]) -> list[float]:
    """Measure rows as the letter sets them, at 11 points, in mm."""
    compiler = typst.Compiler(MEASURE, ignore_system_fonts=True, sys_inputs={"rows": json.dumps(rows)})
    measured: list[list[float]] = json.loads(compiler.query("<widths>", field="value"))
    return measured[0]


def test_every_character_fits_into_the_width_that_it_counts_for() -> None:
    alone = sorted(KNOWN_CHARACTERS)
    assert [] == [one for one, width in zip(alone, widths(alone), strict=True) if may_exceed(one, 11.0, width * 1.4)]
    assert [] == [
        one for one, width in zip(alone, widths(alone), strict=True) if not may_exceed(one, 11.0, width * 0.99)
    ]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(st.sampled_from(sorted(KNOWN_CHARACTERS)), min_size=1, max_size=70), min_size=20, max_size=60))
def test_a_row_that_is_not_measured_is_never_wider_than_its_place(rows: list[str]) -> None:
    too_wide = [row for row, width in zip(rows, widths(rows), strict=True) if width > 80.0]
    assert [row for row in too_wide if may_exceed(row, 11.0, 80.0)] == too_wide


@pytest.mark.parametrize(
    "row",
    [
        pytest.param("Prof. Dr. Wilhelmine Mommsen-Wolkenwagner", id="long name"),
        pytest.param("Werkstraße 5", id="street"),
        pytest.param("84028 Landshut", id="town"),
    ],
)
def test_ordinary_rows_are_not_measured(row: str) -> None:
    assert not may_exceed(row, 11.0, 80.0)


@pytest.mark.parametrize("row", ["株", "Ωμέγα", "🚗", "W" * 60])
def test_rows_of_unknown_letters_and_very_wide_ones_are_measured(row: str) -> None:
    assert may_exceed(row, 11.0, 80.0)
