"""The answer page's address as a QR code (ISO/IEC 18004), which every phone's camera opens.

Level M (15 % of the code may be lost), byte mode, the smallest version that holds the address. The mask is always the
same one: a reader takes any, and trying all eight costs nine times as much.
"""

import struct
import zlib
from typing import Final

_MASK: Final = 2
_DENSE: Final = 65  # modules, quiet zone included; at 20 mm a coarse printer of 240 dots per inch gives each three
_PIXELS: Final = 3
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"


def qr_png(text: str) -> bytes:
    """Draw a code with its quiet zone of four modules: a PNG of one bit per pixel.

    One pixel per module is enough: what is not to be interpolated is printed as squares with sharp edges (ISO 32000-1,
    8.9.5.3). Only a module of a dense code is so small that more pixels help a coarse printer to weigh its edges. The
    picture is stored without compression: whoever embeds it, compresses it.
    """
    import numpy as np  # noqa: PLC0415 — only the process that prints needs it, nor what draws the code
    import zxingcpp  # noqa: PLC0415 — the same

    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M", data_mask=_MASK)
    light = np.asarray(code.to_image(add_quiet_zones=True))
    if len(light) > _DENSE:
        light = light.repeat(_PIXELS, axis=0).repeat(_PIXELS, axis=1)
    height, width = light.shape
    rows = np.packbits(light, axis=1)
    lines = np.zeros((height, 1 + rows.shape[1]), np.uint8)  # each begins with its filter, none
    lines[:, 1:] = rows
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = zlib.compress(lines.tobytes(), 0)
    return _SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
