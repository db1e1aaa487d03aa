"""What all pictures share: estimates, words, scales, and the pieces of SVG."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from guildpost_shared.studies.figures import Figure

_STEPS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5)
TICKS: Final = 5


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

    def interval(self, figure: Figure) -> str:
        """Write an interval's ends in whole per cent."""
        return f"{self.percent(figure.low, 0)}–{self.percent(figure.high, 0)}"


def scale_step(highest: float) -> float:
    """Choose the distance of a scale's lines: a round figure, the highest interval just below the top."""
    return next((step for step in _STEPS if step * TICKS >= highest), _STEPS[-1])


def opened(width: float, height: float, title: str) -> Markup:
    """Begin a picture of a fixed size."""
    return Markup('<svg class="chart" role="img" viewBox="0 0 {} {}" width="{}" height="{}" aria-label="{}">').format(
        width, height, width, height, title
    )


def text(x: float | str, y: float, content: str, anchor: str = "middle", extra: str = "") -> Markup:
    """Write words; ``x`` in pixels, or as a share of the picture's width ("40%")."""
    return Markup('<text x="{}" y="{}" text-anchor="{}" class="{}">{}</text>').format(
        place(x), place(y), anchor, extra, content
    )


def line(kind: str, x1: float | str, y1: float, x2: float | str, y2: float) -> Markup:
    """Draw a line."""
    return Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(
        kind, place(x1), place(y1), place(x2), place(y2)
    )


def place(value: float | str) -> str:
    """Write a place: pixels with one decimal, shares as they are."""
    return value if isinstance(value, str) else f"{value:.1f}"
