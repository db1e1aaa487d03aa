"""A grid of rates, by time of week for example."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from guildpost_shared.charts.drawing import Words, opened, text
from guildpost_shared.studies.figures import Figure

CELL_WIDTH: Final = 52
CELL_HEIGHT: Final = 40
LEFT: Final = 42
TOP: Final = 40
STRONGEST: Final = 0.5
"""Opacity of the highest rate: dark text on it keeps a contrast above 7:1 (WCAG 2.2, 1.4.6)."""


@dataclass(frozen=True)
class HeatCell:
    """One cell: row, column, and the figure or None where it may not be shown."""

    row: int
    column: int
    figure: Figure | None


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
    top = max((cell.figure.low for cell in cells if cell.figure), default=0.0) or 1.0
    width, height = LEFT + CELL_WIDTH * len(columns) + 2, TOP + CELL_HEIGHT * len(rows) + 2
    parts = [opened(width, height, words.title), text(LEFT, 14, words.across, "start", "axis-name")]
    parts += [text(LEFT + CELL_WIDTH * (i + 0.5), TOP - 8, label) for i, label in enumerate(columns)]
    parts += [text(LEFT - 8, TOP + CELL_HEIGHT * (i + 0.6), label, "end") for i, label in enumerate(rows)]
    for cell in cells:
        x, y = LEFT + CELL_WIDTH * cell.column, TOP + CELL_HEIGHT * cell.row
        parts.append(_cell(x, y, cell.figure, words, top if shaded else None))
    return Markup("").join([*parts, Markup("</svg>")])


def _cell(x: float, y: float, figure: Figure | None, words: Words, top: float | None) -> Markup:
    middle = x + CELL_WIDTH / 2
    if figure is None:
        return _rect(x, y, Markup('class="cell none"')) + text(middle, y + 24, words.covered, extra="covered")
    opacity = 0.06 if top is None else 0.06 + (STRONGEST - 0.06) * max(0.0, figure.low) / top
    paint = Markup('class="cell" fill="#0b5c6b" fill-opacity="{}"').format(f"{opacity:.3f}")
    value = text(middle, y + 18, words.percent(figure.rate, 0), extra="value")
    return _rect(x, y, paint) + value + text(middle, y + 33, words.interval(figure), extra="interval")


def _rect(x: float, y: float, paint: Markup) -> Markup:
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" {}/>').format(x, y, CELL_WIDTH, CELL_HEIGHT, paint)
