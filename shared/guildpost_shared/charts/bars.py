"""Rates, or differences of rates, one below the other; the picture is as wide as there is room, on a phone too.

Each row has its label above, its figure in words below, and between them, from left to right on one scale: the band of
somebody else (the network's, behind a dealer's own figure), a bar from zero to the figure, and its interval. What is
covered says so in that place.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from guildpost_shared.charts.drawing import TICKS, Words, line, scale_step, text
from guildpost_shared.studies.figures import Figure

ROW: Final = 66
TRACK: Final = 18
"""Height of a row, and of the strip in which its figure is drawn, in pixels."""
AXIS: Final = 44
_TOPS: Final = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)


@dataclass(frozen=True)
class Bar:
    """One row.

    Attributes:
        label: what it is.
        figure: rate or difference; None where there is none to show.
        says: the same in words; what is covered says so.
        band: somebody else's interval, to compare with.
    """

    label: str
    figure: Figure | None
    says: str
    band: Figure | None = None


def bars(rows: Sequence[Bar], words: Words, *, signed: bool = False) -> Markup:
    """Draw the rows.

    Args:
        rows: from top to bottom.
        words: of the picture; ``up`` is not used.
        signed: differences from -1 to 1 around a zero line, rather than rates from 0 to 1.
    """
    scale = _Scale.of(rows, signed=signed)
    bottom = ROW * len(rows) + 6
    parts = [
        Markup('<svg class="chart fluid" role="img" width="100%" height="{}" aria-label="{}">').format(
            bottom + AXIS, words.title
        )
    ]
    parts += _axis(scale, bottom, words)
    for at, row in enumerate(rows):
        parts += _row(row, ROW * at, scale)
    return Markup("").join([*parts, Markup("</svg>")])


@dataclass(frozen=True)
class _Scale:
    """Places from left to right as shares of the picture's width."""

    low: float
    high: float
    ticks: tuple[float, ...]

    @classmethod
    def of(cls, rows: Sequence[Bar], *, signed: bool) -> "_Scale":
        figures = [one for row in rows for one in (row.figure, row.band) if one is not None]
        if not signed:
            step = scale_step(max((one.high for one in figures), default=0.0))
            return cls(0.0, step * TICKS, tuple(step * tick for tick in range(TICKS + 1)))
        farthest = max((max(-one.low, one.high) for one in figures), default=0.0)
        top = next((top for top in _TOPS if top >= farthest), _TOPS[-1])
        return cls(-top, top, (-top, -top / 2, 0.0, top / 2, top))

    def x(self, value: float) -> str:
        return f"{self.share(value):.2f}%"

    def share(self, value: float) -> float:
        return 100 * min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))


def _axis(scale: _Scale, bottom: float, words: Words) -> Iterator[Markup]:
    digits = 0 if all(round(100 * tick, 6).is_integer() for tick in scale.ticks) else 1
    for at, tick in enumerate(scale.ticks):
        anchor = "start" if at == 0 else "end" if at == len(scale.ticks) - 1 else "middle"
        yield line("axis" if tick == 0 else "grid", scale.x(tick), 0, scale.x(tick), bottom)
        yield text(scale.x(tick), bottom + 16, ("−" if tick < 0 else "") + words.percent(abs(tick), digits), anchor)
    yield text("0", bottom + 36, words.across, "start", "axis-name")


def _row(row: Bar, top: float, scale: _Scale) -> Iterator[Markup]:
    yield text("0", top + 17, row.label, "start", "label")
    strip = top + 23
    yield _strip("track", 0, 100, strip, TRACK)
    if row.band is not None:
        yield _strip("band", scale.share(row.band.low), scale.share(row.band.high), strip - 3, TRACK + 6)
    if row.figure is not None:
        yield from _figure(row.figure, strip, scale, barred=row.band is None)
    if row.figure is None and row.band is None:
        yield text(8, strip + 13, row.says, "start", "covered")
    else:
        yield text("0", top + 55, row.says, "start", "says")


def _figure(figure: Figure, strip: float, scale: _Scale, *, barred: bool) -> Iterator[Markup]:
    middle, zero, end = strip + TRACK / 2, scale.share(0.0), scale.share(figure.rate)
    if barred:
        yield _strip("from-zero", min(zero, end), max(zero, end), strip, TRACK)
    low, high = scale.x(figure.low), scale.x(figure.high)
    yield line("bar", low, middle, high, middle)
    yield from (line("bar", x, middle - 6, x, middle + 6) for x in (low, high))
    yield Markup('<circle class="dot" cx="{}" cy="{}" r="4.5"/>').format(scale.x(figure.rate), f"{middle:.1f}")


def _strip(kind: str, start: float, end: float, y: float, height: float) -> Markup:
    return Markup('<rect class="{}" x="{}%" y="{}" width="{}%" height="{}"/>').format(
        kind, f"{start:.2f}", f"{y:.1f}", f"{end - start:.2f}", f"{height:.1f}"
    )
