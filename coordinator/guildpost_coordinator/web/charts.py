"""Heatmap and lead-time curve as inline SVG: no script, and every figure with its interval stands in the picture.

Colour only repeats what the numbers say. It is left out where the differences are no larger than chance, so that the
eye finds no pattern that is not there; for the same reason a curve's points are then not joined.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

CELL_WIDTH: Final = 52
CELL_HEIGHT: Final = 40
LEFT: Final = 34
TOP: Final = 40
CHART_WIDTH: Final = 740
CHART_HEIGHT: Final = 330
MARGIN: Final = 62
STRONGEST: Final = 0.5
"""Opacity of the highest rate: dark text on it keeps a contrast above 7:1 (WCAG 2.2, 1.4.6)."""
_STEPS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5)
_TICKS: Final = 5


@dataclass(frozen=True)
class Estimate:
    """A rate with its 95 % interval, each 0-1."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class HeatCell:
    """One cell: row, column, and the estimate or None where it may not be shown."""

    row: int
    column: int
    estimate: Estimate | None


@dataclass(frozen=True)
class CurvePoint:
    """One bucket of days before the due date: its label, and the estimate or None."""

    label: str
    estimate: Estimate | None


@dataclass(frozen=True)
class Words:
    """What a picture says besides its figures.

    Attributes:
        title: what it shows, for those who do not see it.
        across: name of the horizontal axis.
        up: name of the vertical axis.
        covered: what stands where a figure may not be shown.
        percent: writes a share of 0-1 with some decimals, without the sign.
    """

    title: str
    across: str
    up: str
    covered: str
    percent: Callable[[float, int], str]

    def interval(self, estimate: Estimate) -> str:
        """Write an interval's ends in whole per cent."""
        return f"{self.percent(estimate.low, 0)}–{self.percent(estimate.high, 0)}"


def heatmap(
    cells: Sequence[HeatCell], rows: Sequence[str], columns: Sequence[str], words: Words, *, shaded: bool
) -> Markup:
    """Draw a grid.

    Args:
        cells: what to fill; missing places stay empty.
        rows: labels from top to bottom.
        columns: labels from left to right.
        words: of the picture.
        shaded: whether fields are darker the higher the rate is for certain, that is, by the interval's lower end.
    """
    top = max((cell.estimate.low for cell in cells if cell.estimate), default=0.0) or 1.0
    width, height = LEFT + CELL_WIDTH * len(columns) + 2, TOP + CELL_HEIGHT * len(rows) + 2
    parts = [_open(width, height, words.title), _text(LEFT, 14, words.across, "start", "axis-name")]
    parts += [_text(LEFT + CELL_WIDTH * (i + 0.5), TOP - 8, label) for i, label in enumerate(columns)]
    parts += [_text(LEFT - 8, TOP + CELL_HEIGHT * (i + 0.6), label, "end") for i, label in enumerate(rows)]
    for cell in cells:
        x, y = LEFT + CELL_WIDTH * cell.column, TOP + CELL_HEIGHT * cell.row
        parts.append(_cell(x, y, cell.estimate, words, top if shaded else None))
    return Markup("").join([*parts, Markup("</svg>")])


def lead_curve(points: Sequence[CurvePoint], words: Words, *, joined: bool) -> Markup:
    """Draw the booking rate over the days before the due date; each point carries its interval as a bar.

    Args:
        points: from the earliest reminder to the latest.
        words: of the picture.
        joined: whether the points are joined to a curve with a band.
    """
    step = _step(max((point.estimate.high for point in points if point.estimate), default=0.0))
    scale = _Scale(len(points), step * _TICKS)
    bottom = CHART_HEIGHT - MARGIN
    parts = [_open(CHART_WIDTH, CHART_HEIGHT, words.title), _text(8, 16, words.up, "start", "axis-name")]
    for tick in range(_TICKS + 1):
        y = scale.y(tick * step)
        parts.append(_line("axis" if tick == 0 else "grid", MARGIN, y, CHART_WIDTH - 16, y))
        parts.append(_text(MARGIN - 8, y + 4, f"{words.percent(tick * step, 0)} %", "end"))
    parts.append(_text(CHART_WIDTH / 2, CHART_HEIGHT - 12, words.across, "middle", "axis-name"))
    shown = [(scale.x(at), point.estimate) for at, point in enumerate(points) if point.estimate]
    if joined and len(shown) > 1:
        parts += _band(shown, scale)
    for at, point in enumerate(points):
        parts.append(_text(scale.x(at), bottom + 20, point.label))
        parts += _point(scale.x(at), point.estimate, scale, words)
    return Markup("").join([*parts, Markup("</svg>")])


@dataclass(frozen=True)
class _Scale:
    """Places of a curve: buckets side by side, rates from the axis upwards."""

    count: int
    top: float

    def x(self, at: int) -> float:
        return MARGIN + (CHART_WIDTH - MARGIN - 16) * (at + 0.5) / max(1, self.count)

    def y(self, rate: float) -> float:
        return CHART_HEIGHT - MARGIN - (CHART_HEIGHT - MARGIN - 36) * min(1.0, max(0.0, rate / self.top))


def _step(highest: float) -> float:
    """Choose the distance of the scale's lines: a round figure, the highest interval just below the top."""
    return next((step for step in _STEPS if step * _TICKS >= highest), _STEPS[-1])


def _cell(x: float, y: float, estimate: Estimate | None, words: Words, top: float | None) -> Markup:
    if estimate is None:
        return _rect(x, y, Markup('class="cell none"')) + _text(
            x + CELL_WIDTH / 2, y + 25, words.covered, extra="quiet"
        )
    opacity = 0.06 if top is None else 0.06 + (STRONGEST - 0.06) * max(0.0, estimate.low) / top
    paint = Markup('class="cell" fill="#0b5c6b" fill-opacity="{}"').format(f"{opacity:.3f}")
    middle = x + CELL_WIDTH / 2
    value = _text(middle, y + 18, words.percent(estimate.value, 0), extra="value")
    return _rect(x, y, paint) + value + _text(middle, y + 33, words.interval(estimate), extra="interval")


def _band(shown: Sequence[tuple[float, Estimate]], scale: _Scale) -> list[Markup]:
    upper = [f"{x:.1f},{scale.y(estimate.high):.1f}" for x, estimate in shown]
    lower = [f"{x:.1f},{scale.y(estimate.low):.1f}" for x, estimate in reversed(shown)]
    middle = [f"{x:.1f},{scale.y(estimate.value):.1f}" for x, estimate in shown]
    return [
        Markup('<polygon class="band" points="{}"/>').format(" ".join(upper + lower)),
        Markup('<polyline class="line" points="{}"/>').format(" ".join(middle)),
    ]


def _point(x: float, estimate: Estimate | None, scale: _Scale, words: Words) -> list[Markup]:
    if estimate is None:
        return [_text(x, scale.y(0.0) - 10, words.covered, extra="quiet")]
    low, high, y = scale.y(estimate.low), scale.y(estimate.high), scale.y(estimate.value)
    bar = [_line("bar", x, low, x, high), _line("bar", x - 6, low, x + 6, low), _line("bar", x - 6, high, x + 6, high)]
    dot = Markup('<circle class="dot" cx="{}" cy="{}" r="4.5"/>').format(f"{x:.1f}", f"{y:.1f}")
    return [*bar, dot, _text(x, high - 8, f"{words.percent(estimate.value, 1)} %", extra="value")]


def _open(width: float, height: float, title: str) -> Markup:
    return Markup('<svg class="chart" role="img" viewBox="0 0 {} {}" width="{}" height="{}" aria-label="{}">').format(
        width, height, width, height, title
    )


def _text(x: float, y: float, content: str, anchor: str = "middle", extra: str = "") -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}" class="{}">{}</text>').format(
        f"{x:.1f}", f"{y:.1f}", anchor, extra, content
    )


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> Markup:
    places = (f"{place:.1f}" for place in (x1, y1, x2, y2))
    return Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(kind, *places)


def _rect(x: float, y: float, paint: Markup) -> Markup:
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" {}/>').format(x, y, CELL_WIDTH, CELL_HEIGHT, paint)
