"""Rates over something that has an order: days before the due date, or how often somebody was contacted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from guildpost_shared.charts.drawing import TICKS, Words, line, opened, scale_step, text
from guildpost_shared.studies.figures import Figure

CHART_WIDTH: Final = 740
CHART_HEIGHT: Final = 330
MARGIN: Final = 62


@dataclass(frozen=True)
class CurvePoint:
    """One bucket: its label, and the figure or None where it may not be shown."""

    label: str
    figure: Figure | None


def curve(points: Sequence[CurvePoint], words: Words, *, joined: bool) -> Markup:
    """Draw rates over ordered buckets; each point carries its interval as a bar.

    Args:
        points: from left to right.
        words: of the picture.
        joined: whether the points are joined to a curve with a band.
    """
    step = scale_step(max((point.figure.high for point in points if point.figure), default=0.0))
    scale = _Scale(len(points), step * TICKS)
    bottom = CHART_HEIGHT - MARGIN
    parts = [opened(CHART_WIDTH, CHART_HEIGHT, words.title), text(8, 16, words.up, "start", "axis-name")]
    for tick in range(TICKS + 1):
        y = scale.y(tick * step)
        parts.append(line("axis" if tick == 0 else "grid", MARGIN, y, CHART_WIDTH - 16, y))
        parts.append(text(MARGIN - 8, y + 4, f"{words.percent(tick * step, 0)} %", "end"))
    parts.append(text(CHART_WIDTH / 2, CHART_HEIGHT - 12, words.across, "middle", "axis-name"))
    shown = [(scale.x(at), point.figure) for at, point in enumerate(points) if point.figure]
    if joined and len(shown) > 1:
        parts += _band(shown, scale)
    for at, point in enumerate(points):
        parts.append(text(scale.x(at), bottom + 20, point.label))
        parts += _point(scale.x(at), point.figure, scale, words)
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


def _band(shown: Sequence[tuple[float, Figure]], scale: _Scale) -> list[Markup]:
    upper = [f"{x:.1f},{scale.y(figure.high):.1f}" for x, figure in shown]
    lower = [f"{x:.1f},{scale.y(figure.low):.1f}" for x, figure in reversed(shown)]
    middle = [f"{x:.1f},{scale.y(figure.rate):.1f}" for x, figure in shown]
    return [
        Markup('<polygon class="band" points="{}"/>').format(" ".join(upper + lower)),
        Markup('<polyline class="line" points="{}"/>').format(" ".join(middle)),
    ]


def _point(x: float, figure: Figure | None, scale: _Scale, words: Words) -> list[Markup]:
    if figure is None:
        return [text(x, scale.y(0.0) - 10, words.covered, extra="covered")]
    low, high, y = scale.y(figure.low), scale.y(figure.high), scale.y(figure.rate)
    bar = [line("bar", x, low, x, high), line("bar", x - 6, low, x + 6, low), line("bar", x - 6, high, x + 6, high)]
    dot = Markup('<circle class="dot" cx="{}" cy="{}" r="4.5"/>').format(f"{x:.1f}", f"{y:.1f}")
    return [*bar, dot, text(x, high - 8, f"{words.percent(figure.rate, 1)} %", extra="value")]
