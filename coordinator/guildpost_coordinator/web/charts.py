"""Heatmap and lead-time curve as inline SVG: no script, readable without colour (every figure is also a title).

A cell without a figure is drawn hatched-grey and says why; a curve always carries its interval.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

CELL_WIDTH, CELL_HEIGHT = 30, 24
LEFT, TOP = 44, 22
CHART_WIDTH, CHART_HEIGHT = 720, 260
MARGIN = 44


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
    """One point: days before the due date, label of the bucket, estimate or None."""

    days: float
    label: str
    estimate: Estimate | None


def _text(x: float, y: float, content: str, anchor: str = "middle") -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(f"{x:.1f}", f"{y:.1f}", anchor, content)


def heatmap(
    cells: Sequence[HeatCell],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    title: str,
    say: Callable[[Estimate | None], str],
) -> Markup:
    """Draw a grid.

    Args:
        cells: what to fill; missing places stay empty.
        rows: labels from top to bottom.
        columns: labels from left to right.
        title: what the picture shows, for those who do not see it.
        say: an estimate in words.
    """
    top = max((cell.estimate.value for cell in cells if cell.estimate), default=0.0) or 1.0
    width, height = LEFT + CELL_WIDTH * len(columns) + 8, TOP + CELL_HEIGHT * len(rows) + 8
    parts = [
        Markup('<svg class="chart" role="img" viewBox="0 0 {} {}" width="{}" height="{}" aria-label="{}">').format(
            width, height, width, height, title
        )
    ]
    parts += [_text(LEFT + CELL_WIDTH * (i + 0.5), TOP - 8, label) for i, label in enumerate(columns)]
    parts += [_text(LEFT - 8, TOP + CELL_HEIGHT * (i + 0.68), label, "end") for i, label in enumerate(rows)]
    for cell in cells:
        x, y = LEFT + CELL_WIDTH * cell.column, TOP + CELL_HEIGHT * cell.row
        paint = (
            Markup('class="cell" fill="#0b5c6b" fill-opacity="{}"').format(
                f"{0.08 + 0.9 * max(0.0, cell.estimate.value) / top:.3f}"
            )
            if cell.estimate
            else Markup('class="cell none"')
        )
        parts.append(
            Markup('<rect x="{}" y="{}" width="{}" height="{}" {}><title>{} {}: {}</title></rect>').format(
                x, y, CELL_WIDTH, CELL_HEIGHT, paint, rows[cell.row], columns[cell.column], say(cell.estimate)
            )
        )
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def lead_curve(points: Sequence[CurvePoint], *, title: str, say: Callable[[Estimate | None], str]) -> Markup:
    """Draw the booking rate over the days before the due date, with a band for the interval.

    Args:
        points: from the earliest reminder (largest figure) to the latest.
        title: what the picture shows.
        say: an estimate in words.
    """
    shown = [point for point in points if point.estimate]
    top = max((point.estimate.high for point in shown if point.estimate), default=0.0) or 1.0
    most = max((point.days for point in points), default=1.0) or 1.0
    least = min((point.days for point in points), default=0.0)

    def x(days: float) -> float:
        return CHART_WIDTH - MARGIN - (CHART_WIDTH - 2 * MARGIN) * (days - least) / max(1.0, most - least)

    def y(rate: float) -> float:
        return CHART_HEIGHT - MARGIN - (CHART_HEIGHT - 2 * MARGIN) * max(0.0, rate) / top

    parts = [
        Markup('<svg class="chart" role="img" viewBox="0 0 {} {}" width="{}" height="{}" aria-label="{}">').format(
            CHART_WIDTH, CHART_HEIGHT, CHART_WIDTH, CHART_HEIGHT, title
        ),
        Markup('<line class="axis" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(
            MARGIN, CHART_HEIGHT - MARGIN, CHART_WIDTH - MARGIN, CHART_HEIGHT - MARGIN
        ),
        _text(MARGIN - 6, y(top) + 4, f"{100 * top:.0f} %", "end"),
        _text(MARGIN - 6, y(0.0) + 4, "0 %", "end"),
    ]
    parts += [_text(x(point.days), CHART_HEIGHT - MARGIN + 18, point.label) for point in points]
    if len(shown) > 1:
        upper = [f"{x(p.days):.1f},{y(p.estimate.high):.1f}" for p in shown if p.estimate]
        lower = [f"{x(p.days):.1f},{y(p.estimate.low):.1f}" for p in reversed(shown) if p.estimate]
        middle = [f"{x(p.days):.1f},{y(p.estimate.value):.1f}" for p in shown if p.estimate]
        parts.append(Markup('<polygon class="band" points="{}"/>').format(" ".join(upper + lower)))
        parts.append(Markup('<polyline class="line" points="{}"/>').format(" ".join(middle)))
    for point in shown:
        if point.estimate:
            parts.append(
                Markup('<circle class="dot" cx="{}" cy="{}" r="4"><title>{}: {}</title></circle>').format(
                    f"{x(point.days):.1f}", f"{y(point.estimate.value):.1f}", point.label, say(point.estimate)
                )
            )
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)
