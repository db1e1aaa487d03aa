"""The answer page's address as a QR code (ISO/IEC 18004), which every phone's camera opens.

Level M (15 % of the code may be lost), byte mode, the smallest version that holds the address. The mask is always the
same one: a reader takes any, and trying all eight costs nine times as much.
"""

import struct
import zlib
from typing import Final

_MASK: Final = 2
_PIXELS: Final = 3  # per module: no printer has to guess where one ends
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"


def qr_png(text: str) -> bytes:
    """Draw a code with its quiet zone of four modules: a PNG of one bit per pixel."""
    import numpy as np  # noqa: PLC0415 — only the process that prints needs it, nor what draws the code
    import zxingcpp  # noqa: PLC0415 — the same

    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M", data_mask=_MASK)
    light = np.asarray(code.to_image(add_quiet_zones=True)) != 0
    rows = np.packbits(light.repeat(_PIXELS, axis=1), axis=1).repeat(_PIXELS, axis=0)
    height, width = rows.shape[0], light.shape[1] * _PIXELS
    lines = np.concatenate([np.zeros((height, 1), np.uint8), rows], axis=1)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = zlib.compress(lines.tobytes(), 1)
    return _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
