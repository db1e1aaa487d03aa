"""Pictures: well-formed, inside their frame, with every interval, and never more certain than their figures."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from guildpost_coordinator.web.charts import CurvePoint, Estimate, HeatCell, Words, heatmap, lead_curve
from tests.coordinator.web.network import EVIL

WORDS = Words("Title", "across", "up", "–", lambda share, digits: f"{100 * share:.{digits}f}")
RATE = st.floats(0, 1)
ESTIMATE = st.none() | st.tuples(RATE, RATE, RATE).map(lambda rates: _ordered(*sorted(rates)))


def _ordered(low: float, value: float, high: float) -> Estimate:
    return Estimate(value, low, high)


def parsed(picture: Markup) -> ET.Element:
    """Read a picture as XML."""
    return ET.fromstring(str(picture))  # noqa: S314 — our own bytes


def numbers(picture: Markup) -> list[float]:
    """List the vertical places in a picture."""
    return [float(found) for found in re.findall(r'\b(?:y|y1|y2|cy)="(-?[\d.]+)"', picture)]


@given(estimates=st.lists(ESTIMATE, max_size=12), joined=st.booleans())
def test_a_curve_stays_in_its_frame_and_shows_each_interval(estimates: list[Estimate | None], *, joined: bool) -> None:
    picture = lead_curve([CurvePoint(f"{at}", estimate) for at, estimate in enumerate(estimates)], WORDS, joined=joined)
    root = parsed(picture)
    shown = sum(estimate is not None for estimate in estimates)
    assert shown == picture.count('class="dot"')
    assert 3 * shown == picture.count('class="bar"'), "a bar with two ends"
    assert (joined and shown > 1) is ('class="line"' in picture)
    assert all(0 <= place <= float(root.attrib["height"]) for place in numbers(picture))


@given(estimates=st.lists(ESTIMATE, min_size=6, max_size=6), shaded=st.booleans())
def test_a_heatmap_has_words_in_every_field(estimates: list[Estimate | None], *, shaded: bool) -> None:
    cells = [HeatCell(at // 3, at % 3, estimate) for at, estimate in enumerate(estimates)]
    root = parsed(heatmap(cells, ["Mo", "Di"], ["8", "9", "10"], WORDS, shaded=shaded))
    texts = [element.text for element in root.iter("text")]
    for estimate in estimates:
        assert (WORDS.interval(estimate) if estimate else "–") in texts
    opacities = [float(rect.attrib["fill-opacity"]) for rect in root.iter("rect") if "fill-opacity" in rect.attrib]
    assert all(0.05 < opacity <= 0.5 for opacity in opacities), "dark text stays readable on every field"
    if not shaded:
        assert len(set(opacities)) <= 1


def test_a_high_but_uncertain_rate_is_not_the_darkest_field() -> None:
    cells = [HeatCell(0, 0, Estimate(0.5, 0.0, 1.0)), HeatCell(0, 1, Estimate(0.3, 0.27, 0.33))]
    picture = heatmap(cells, ["Mo"], ["8", "9"], WORDS, shaded=True)
    uncertain, certain = (float(found) for found in re.findall(r'fill-opacity="([\d.]+)"', picture))
    assert uncertain < certain


@pytest.mark.parametrize("joined", [True, False])
def test_labels_that_are_markup_stay_text(*, joined: bool) -> None:
    words = Words(EVIL, EVIL, EVIL, EVIL, lambda _share, _digits: EVIL)
    estimate = Estimate(0.2, 0.1, 0.3)
    for picture in (
        lead_curve([CurvePoint(EVIL, estimate), CurvePoint(EVIL, None)], words, joined=joined),
        heatmap([HeatCell(0, 0, estimate)], [EVIL], [EVIL], words, shaded=joined),
    ):
        assert "<script" not in picture
        assert EVIL == parsed(picture).attrib["aria-label"]


def test_a_scale_reaches_the_highest_interval() -> None:
    picture = lead_curve([CurvePoint("0–13", Estimate(0.2, 0.1, 0.31))], WORDS, joined=False)
    assert [" ".join(f"{tick} %" for tick in (0, 10, 20, 30, 40, 50))] == [
        " ".join(re.findall(r'text-anchor="end" class="">(\d+ %)<', picture))
    ]
