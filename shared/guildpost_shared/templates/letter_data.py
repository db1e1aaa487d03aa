"""A letter as plain data for ``letter.typ``: its values, the QR code drawn, and which rows may be too wide.

To measure a row costs the typesetter several times as much as to set it, so it measures only those that could exceed
their place. Which these are is estimated here from above: each character counts as the widest of its class.
"""

import struct
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from guildpost_shared.templates.letter_text import Letter
from guildpost_shared.templates.qr import qr_png

# Widths in em of the typeface, Libertinus Serif, rounded up.
_CLASSES: Final = (
    (0.22, "',.|"),
    (0.27, " :;l·ł’"),
    (0.30, "!()Iijíîï"),
    (0.34, '"-/Jft'),
    (0.39, "*rs"),
    (0.46, "?acezàáâäåçèéêë"),
    (0.50, "#0123456789FS_bgvx§€"),
    (0.54, "Ldkopquyóôöøü"),
    (0.56, "+EPhnÈÉßñ–"),
    (0.61, "BRTYZ"),
    (0.67, "%CKUVXÜ"),
    (0.71, "&ADGNOQÀÄÖæ"),
    (0.75, "Hw"),
    (0.79, "mœ"),
    (0.84, "M"),
    (0.90, "@"),
    (0.96, "W"),
)
_WIDTHS: Final = {character: width for width, characters in _CLASSES for character in characters}
KNOWN_CHARACTERS: Final = frozenset(_WIDTHS)
"""The characters whose width is known; a row with any other is measured."""
_MM_PER_POINT: Final = 25.4 / 72


def letter_data(letter: Letter, *, long: bool) -> dict[str, Any]:
    """Give what the layout prints.

    Args:
        letter: the words.
        long: whether the letter may take more than a page.
    """
    return {
        "doc_id": letter.doc_id,
        "language": letter.language,
        "long": long,
        "head": letter.head,
        "colour": letter.colour,
        "return_line": (letter.return_line, may_exceed(letter.return_line, 8.0, 80.0)),
        "address": [(row, may_exceed(row, 11.0, 80.0)) for row in letter.address],
        "info": [(label, row, may_exceed(row, 9.0, 48.0)) for label, row in letter.info],
        "subject": letter.subject,
        "blocks": [{"kind": block.kind.value, "texts": block.texts} for block in letter.blocks],
        "code": _numbers(qr_png(letter.answer_url)) if letter.answer_url else (),
        "answer": letter.answer,
        "imprint": letter.imprint,
        "page_word": letter.page_word,
        "fleet": letter.fleet,
        "fleet_title": letter.fleet_title,
        "fleet_heads": letter.fleet_heads,
    }


def _numbers(data: bytes) -> tuple[int, ...]:
    """Write bytes as numbers of eight, little-endian: JSON has no bytes, and a number of one each costs three times."""
    padded = data + bytes(-len(data) % 8)
    return struct.unpack(f"<{len(padded) // 8}q", padded)


@lru_cache(maxsize=1024)
def may_exceed(row: str, size: float, width: float) -> bool:
    """Say whether a row could be wider than its place; False only where it surely is not.

    Args:
        row: the text.
        size: of the type, in points.
        width: of the place, in mm.
    """
    return _ems(row) * size * _MM_PER_POINT > width


def _ems(characters: Iterable[str]) -> float:
    """Estimate a width from above, in em; without end where a character's is not known."""
    return sum(_WIDTHS.get(character, float("inf")) for character in characters)
