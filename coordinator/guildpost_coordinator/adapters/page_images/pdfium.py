"""Draw a PDF's pages with PDFium, and write them as PNG (ISO/IEC 15948)."""

import struct
import zlib
from typing import Final

import numpy as np
import pypdfium2

from guildpost_coordinator.app.ports.page_images import PageImage
from guildpost_coordinator.domain.preview.areas import Gray

SCALE: Final = 96 / 72
"""Pixels per point: 96 an inch, at which an A4 page has 794 by 1123."""
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"


class PdfiumPages:
    """Implements ``PageImages``."""

    def pages(self, pdf: bytes, first: int, last: int) -> tuple[PageImage, ...]:
        """Draw pages; those that the file does not have are left out."""
        with pypdfium2.PdfDocument(pdf) as document:
            numbers = range(max(1, first), min(last, len(document)) + 1)
            drawn = [_drawn(document, number - 1) for number in numbers]
        return tuple(PageImage(pixels, png(pixels)) for pixels in drawn)


def _drawn(document: "pypdfium2.PdfDocument", index: int) -> Gray:
    page = document[index]
    try:
        bitmap = page.render(scale=SCALE, grayscale=True)
        pixels: Gray = np.array(bitmap.to_numpy(), dtype=np.uint8).squeeze()
        bitmap.close()
    finally:
        page.close()
    return pixels


def png(pixels: Gray) -> bytes:
    """Write a picture: eight bits of grey a pixel, each row with the filter "up", which suits what is mostly white."""
    height, width = pixels.shape
    above = np.vstack([np.zeros((1, width), np.uint8), pixels[:-1]])
    rows = np.hstack([np.full((height, 1), 2, np.uint8), pixels - above])
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(rows.tobytes(), 6)
    return _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
