"""Read where texts and strokes stand on a PDF page, in millimetres from the top left corner of the sheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from typing import Final

from pypdf import PdfReader

MM_PER_POINT: Final = 25.4 / 72
# Libertinus Serif, share of the font size: top of capitals, lowest descender, and a generous mean width of a letter.
CAP_HEIGHT: Final = 0.645
DESCENT: Final = 0.25


@dataclass(frozen=True)
class Text:
    """A run of text: its left edge, its baseline, its font size in points."""

    text: str
    x: float
    baseline: float
    size: float

    @property
    def top(self) -> float:
        """Top of the capitals."""
        return self.baseline - CAP_HEIGHT * self.size * MM_PER_POINT

    @property
    def bottom(self) -> float:
        """Lowest descender."""
        return self.baseline + DESCENT * self.size * MM_PER_POINT


@dataclass(frozen=True)
class Stroke:
    """A straight line or an edge of a shape."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class Page:
    """What stands on a page."""

    texts: tuple[Text, ...]
    strokes: tuple[Stroke, ...]

    def text(self, part: str) -> Text:
        """Find the run of text that holds a part."""
        return next(text for text in self.texts if part in text.text)


def read_page(pdf: bytes, number: int = 0) -> Page:
    """Read one page."""
    page = PdfReader(BytesIO(pdf)).pages[number]
    height = float(page.mediabox.height)
    texts: list[Text] = []
    strokes: list[Stroke] = []
    pen: list[tuple[float, float]] = []

    def at(x: float, y: float, cm: Sequence[float]) -> tuple[float, float]:
        px, py = cm[0] * x + cm[2] * y + cm[4], cm[1] * x + cm[3] * y + cm[5]
        return px * MM_PER_POINT, (height - py) * MM_PER_POINT

    def on_text(text: str, cm: list[float], tm: list[float], _font: object, size: float) -> None:
        if text.strip():
            x, y = at(tm[4], tm[5], cm)
            texts.append(Text(text.strip(), x, y, size))

    def on_operator(operator: bytes, operands: list[float], cm: list[float], _tm: list[float]) -> None:
        if operator in {b"m", b"l"}:
            pen.append(at(float(operands[0]), float(operands[1]), cm))
        elif operator in {b"S", b"f"}:
            strokes.extend(Stroke(*start, *end) for start, end in pairwise(pen))
            pen.clear()

    page.extract_text(visitor_text=on_text, visitor_operand_before=on_operator)
    return Page(tuple(texts), tuple(strokes))
