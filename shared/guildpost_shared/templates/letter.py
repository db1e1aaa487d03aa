"""Typeset letters: one call sets a whole batch into one PDF in print order, with the page range of each letter.

The layout is the installed ``letter.typ`` (DIN 5008 form B); letters reach it as JSON data, never as markup, so a
``#`` in a name stays a character. Only the fonts that come with the typesetter are used: the same letters give the
same pages on every machine. The PDF is PDF/A-2u (ISO 19005-2): archivable, all fonts embedded, all text readable as
text. It is not tagged: a letter is printed, and tags would double the file and a fifth of the time.

Where a letter stands is asked of the typesetter only where its estimated height leaves a doubt that it fits on a page,
for asking more than doubles the time. Whether the others fit is checked by the number of pages; if not, more are asked
about, in the end all.

The typesetter remembers what it has set, a third of a megabyte for each letter, until ten later documents had no use
for it. So an earlier batch is forgotten before the next one is begun: memory grows with the largest batch, not with
their number. Typesetting 500 letters needs some 200 MB; it belongs into a short-lived child process.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import Any, Final

from guildpost_shared.errors import Refused
from guildpost_shared.templates.letter_data import letter_data
from guildpost_shared.templates.letter_text import BlockKind, Letter

PDF_STANDARD: Final = "a-2u"
# Heights in mm of what letter.typ sets: a line with and without its leading, the gap after a paragraph.
_FIRST_LINE, _LINE, _GAP, _SUBJECT, _ANSWER, _OFFER = 2.5, 5.2, 4.9, 10.0, 4.5, 6.0
_NOTE_LINE: Final = 3.3
_CHARACTERS, _NOTE_CHARACTERS = 88, 122
_PAGE: Final = 165.5
_FORGOTTEN_AFTER: Final = 11
"""Documents after which the typesetter lets go of what none of them used."""
_DOUBTS: Final = (1.05 * _PAGE, 0.7 * _PAGE, 0.0)  # the estimate is on the high side


@dataclass(frozen=True)
class PageRange:
    """Where a letter stands in the batch, both ends included, counted from 1."""

    doc_id: str
    first: int
    last: int

    @property
    def pages(self) -> int:
        """Count the letter's pages."""
        return self.last - self.first + 1


@dataclass(frozen=True)
class LetterBatch:
    """A PDF and what stands where in it, in print order."""

    pdf: bytes
    ranges: tuple[PageRange, ...]


def typeset(letters: Sequence[Letter], *, created: datetime) -> LetterBatch:
    """Set letters into one PDF.

    Args:
        letters: in print order, at least one, each with its own ``doc_id``.
        created: the instant that the PDF carries; the same input gives the same bytes.

    Raises:
        Refused: ``letter_typesetting_failed``.
    """
    if not letters:
        raise Refused("letter_typesetting_failed", "no letters")
    _forget_earlier()
    heights = [_height(letter) for letter in letters]
    rows = [letter_data(letter, long=False) for letter in letters]
    for doubt in _DOUBTS:
        for row, height in zip(rows, heights, strict=True):
            row["long"] = height > doubt
        batch = _set(rows, created)
        if batch is not None:
            return batch
    raise Refused("letter_typesetting_failed", "page marks do not match the letters")


def _forget_earlier() -> None:
    """Set empty documents until the typesetter has let go of earlier batches: some milliseconds."""
    import typst  # noqa: PLC0415 — see _set

    nothing = typst.Compiler(ignore_system_fonts=True)
    for _ in range(_FORGOTTEN_AFTER):
        nothing.compile(b"", format="svg")


def _height(letter: Letter) -> float:
    """Estimate what a letter takes below the beginning of its subject, in mm; a list of vehicles is beyond a page."""
    height = _SUBJECT + (_ANSWER if letter.answer_url else 0.0) + (_PAGE if letter.fleet else 0.0)
    for block in letter.blocks:
        if block.kind is BlockKind.NOTE:
            height += sum(_NOTE_LINE * (1 + len(text) // _NOTE_CHARACTERS) for text in block.texts)
            continue
        lines = sum(len(text) // _CHARACTERS for text in block.texts)
        height += (
            lines * _LINE + len(block.texts) * (_FIRST_LINE + _GAP) + (_OFFER if block.kind is BlockKind.OFFER else 0)
        )
    return height


def _set(rows: list[dict[str, Any]], created: datetime) -> LetterBatch | None:
    """Compile; None when the pages do not add up."""
    import typst  # noqa: PLC0415 — heavy; only the child process that prints needs it

    data = json.dumps(rows, ensure_ascii=False)
    try:
        with resources.as_file(resources.files(__package__).joinpath("letter.typ")) as layout:
            compiler = typst.Compiler(layout, ignore_system_fonts=True, sys_inputs={"letters": data})
            instant = int(created.timestamp())
            pdf = compiler.compile(format="pdf", pdf_standards=PDF_STANDARD, timestamp=instant, pdf_tags=False)
            marks: list[dict[str, Any]] = json.loads(compiler.query("<letter>", field="value"))
            (pages,) = json.loads(compiler.query("<end>", field="value"))
    except RuntimeError as error:  # also the base of typst.TypstError
        raise Refused("letter_typesetting_failed", str(error)[:200]) from error
    ranges = tuple(_ranges(rows, marks))
    fits = isinstance(pdf, bytes) and ranges[-1].last == pages
    return LetterBatch(pdf, ranges) if fits and isinstance(pdf, bytes) else None


def _ranges(rows: list[dict[str, Any]], marks: list[dict[str, Any]]) -> Iterator[PageRange]:
    """Count pages: one of each letter, and of a long one those between its two marks."""
    between = {first["id"]: last["page"] - first["page"] for first, last in zip(marks[::2], marks[1::2], strict=True)}
    page = 1
    for row in rows:
        more = between.get(row["doc_id"], 0)
        yield PageRange(row["doc_id"], page, page + more)
        page += more + 1
