"""Typeset letters: one call sets a whole batch into one PDF in print order, with the page range of each letter.

The layout is the installed ``letter.typ`` (DIN 5008 form B); letters reach it as JSON data, never as markup, so a
``#`` in a name stays a character. Only the fonts that come with the typesetter are used: the same letters give the
same pages on every machine. The PDF is PDF/A-2a: archivable, all fonts embedded, tagged for screen readers.

Typesetting needs some 100 MB; it belongs into a short-lived child process.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib import resources
from typing import Final

from guildpost_shared.errors import Refused
from guildpost_shared.templates.letter_text import Letter

PDF_STANDARD: Final = "a-2a"


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
    import typst  # noqa: PLC0415 — heavy; only the child process that prints needs it

    data = json.dumps([asdict(letter) for letter in letters], ensure_ascii=False)
    try:
        with resources.as_file(resources.files(__package__).joinpath("letter.typ")) as layout:
            compiler = typst.Compiler(layout, ignore_system_fonts=True, sys_inputs={"letters": data})
            pdf = compiler.compile(format="pdf", pdf_standards=PDF_STANDARD, timestamp=int(created.timestamp()))
            marks: list[dict[str, str | int]] = json.loads(compiler.query("<letter>", field="value"))
    except RuntimeError as error:  # also the base of typst.TypstError
        raise Refused("letter_typesetting_failed", str(error)[:200]) from error
    if not isinstance(pdf, bytes) or len(marks) != 2 * len(letters):
        raise Refused("letter_typesetting_failed", "page marks do not match the letters")
    return LetterBatch(pdf, _ranges(marks))


def _ranges(marks: list[dict[str, str | int]]) -> tuple[PageRange, ...]:
    """Pair the marks: two per letter, the first on its first page, the second on its last."""
    return tuple(
        PageRange(str(first["id"]), int(first["page"]), int(last["page"]))
        for first, last in zip(marks[::2], marks[1::2], strict=True)
    )
