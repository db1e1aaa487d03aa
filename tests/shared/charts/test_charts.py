"""Pictures: well-formed, inside their frame, with every interval, and never more certain than their figures."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from guildpost_shared.charts.bars import Bar, bars
from guildpost_shared.charts.curve import CurvePoint, curve
from guildpost_shared.charts.drawing import Words
from guildpost_shared.charts.heatmap import HeatCell, heatmap
from guildpost_shared.studies.figures import Figure

EVIL = "<script>alert(1)</script>"
WORDS = Words("Title", "across", "up", "covered", lambda share, digits: f"{100 * share:.{digits}f}")


def figures(least: float = 0.0) -> st.SearchStrategy[Figure | None]:
    """Draw figures, and some that may not be shown."""
    rate = st.floats(least, 1)
    return st.none() | st.tuples(rate, rate, rate).map(lambda rates: _ordered(*sorted(rates)))


def _ordered(low: float, rate: float, high: float) -> Figure:
    return Figure(rate, low, high)


def parsed(picture: Markup) -> ET.Element:
    """Read a picture as XML."""
    return ET.fromstring(str(picture))  # noqa: S314 — our own bytes


def numbers(picture: Markup) -> list[float]:
    """List the vertical places in a picture."""
    return [float(found) for found in re.findall(r'\b(?:y|y1|y2|cy)="(-?[\d.]+)"', picture)]


@given(shown=st.lists(figures(), max_size=12), joined=st.booleans())
def test_a_curve_stays_in_its_frame_and_shows_each_interval(shown: list[Figure | None], *, joined: bool) -> None:
    picture = curve([CurvePoint(f"{at}", figure) for at, figure in enumerate(shown)], WORDS, joined=joined)
    root = parsed(picture)
    count = sum(figure is not None for figure in shown)
    assert count == picture.count('class="dot"')
    assert 3 * count == picture.count('class="bar"'), "a bar with two ends"
    assert len(shown) - count == picture.count(">covered<"), "what may not be shown is said"
    assert (joined and count > 1) is ('class="line"' in picture)
    assert all(0 <= place <= float(root.attrib["height"]) for place in numbers(picture))


@given(shown=st.lists(figures(), min_size=6, max_size=6), shaded=st.booleans())
def test_a_heatmap_has_words_in_every_field(shown: list[Figure | None], *, shaded: bool) -> None:
    cells = [HeatCell(at // 3, at % 3, figure) for at, figure in enumerate(shown)]
    root = parsed(heatmap(cells, ["Mo", "Di"], ["8", "9", "10"], WORDS, shaded=shaded))
    texts = [element.text for element in root.iter("text")]
    for figure in shown:
        assert (WORDS.interval(figure) if figure else "covered") in texts
    opacities = [float(rect.attrib["fill-opacity"]) for rect in root.iter("rect") if "fill-opacity" in rect.attrib]
    assert all(0.05 < opacity <= 0.5 for opacity in opacities), "dark text stays readable on every field"
    if not shaded:
        assert len(set(opacities)) <= 1


def test_a_high_but_uncertain_rate_is_not_the_darkest_field() -> None:
    cells = [HeatCell(0, 0, Figure(0.5, 0.0, 1.0)), HeatCell(0, 1, Figure(0.3, 0.27, 0.33))]
    picture = heatmap(cells, ["Mo"], ["8", "9"], WORDS, shaded=True)
    uncertain, certain = (float(found) for found in re.findall(r'fill-opacity="([\d.]+)"', picture))
    assert uncertain < certain


@given(
    shown=st.lists(st.tuples(figures(-1.0), figures(-1.0)), max_size=8),
    signed=st.booleans(),
)
def test_bars_stay_in_their_frame_and_the_interval_holds_its_figure(
    shown: list[tuple[Figure | None, Figure | None]], *, signed: bool
) -> None:
    picture = bars([Bar(f"{at}", *_row(*pair)) for at, pair in enumerate(shown)], WORDS, signed=signed)
    root = parsed(picture)
    places = [
        float(one.attrib[name].rstrip("%")) for one in root for name in ("x", "x1", "x2", "cx") if name in one.attrib
    ]
    widths = [float(one.attrib["x"].rstrip("%")) + float(one.attrib["width"].rstrip("%")) for one in root.iter("rect")]
    assert all(0 <= place <= 100.01 for place in [*places, *widths])
    assert all(0 <= place <= float(root.attrib["height"]) for place in numbers(picture))
    assert sum(own is not None for own, _ in shown) == picture.count('class="dot"')
    assert sum(band is not None for _, band in shown) == picture.count('class="band"')
    assert sum(own is None for own, _ in shown) == picture.count(">covered<")


def _row(own: Figure | None, band: Figure | None) -> tuple[Figure | None, str, Figure | None]:
    return own, "covered" if own is None else "said", band


@pytest.mark.parametrize(
    ("figure", "signed", "ticks"),
    [
        (Figure(0.2, 0.1, 0.31), False, ["0", "10", "20", "30", "40", "50"]),
        (Figure(0.004, 0.002, 0.007), False, ["0", "1", "2", "3", "4", "5"]),
        (Figure(0.1, 0.06, 0.14), True, ["−20", "−10", "0", "10", "20"]),
        (Figure(-0.01, -0.04, 0.02), True, ["−5.0", "−2.5", "0.0", "2.5", "5.0"]),
    ],
    ids=["a rate", "a rare thing", "a difference", "a small difference"],
)
def test_a_scale_of_bars_has_round_figures_and_reaches_the_farthest_end(
    figure: Figure, *, signed: bool, ticks: list[str]
) -> None:
    picture = bars([Bar("one", figure, "said")], WORDS, signed=signed)
    assert ticks == re.findall(r'text-anchor="\w+" class="">([^<]+)<', picture)


@pytest.mark.parametrize("joined", [True, False])
def test_labels_that_are_markup_stay_text(*, joined: bool) -> None:
    words = Words(EVIL, EVIL, EVIL, EVIL, lambda _share, _digits: EVIL)
    figure = Figure(0.2, 0.1, 0.3)
    for picture in (
        curve([CurvePoint(EVIL, figure), CurvePoint(EVIL, None)], words, joined=joined),
        heatmap([HeatCell(0, 0, figure)], [EVIL], [EVIL], words, shaded=joined),
        bars([Bar(EVIL, figure, EVIL, figure), Bar(EVIL, None, EVIL)], words, signed=joined),
    ):
        assert "<script" not in picture
        assert EVIL == parsed(picture).attrib["aria-label"]


def test_a_scale_reaches_the_highest_interval() -> None:
    picture = curve([CurvePoint("0–13", Figure(0.2, 0.1, 0.31))], WORDS, joined=False)
    assert [" ".join(f"{tick} %" for tick in (0, 10, 20, 30, 40, 50))] == [
        " ".join(re.findall(r'text-anchor="end" class="">(\d+ %)<', picture))
    ]
