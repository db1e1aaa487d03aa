"""Bytes of an export as text: UTF-8, Windows-1252 or CP850, and what a second encoding pass made of umlauts repaired.

Rules, in this order:

    1. nothing in the file, a UTF-16 mark, NUL bytes or many control characters: no text export, refused
    2. a UTF-8 mark, or valid UTF-8 (a character cut off at the very end counts as valid): UTF-8
    3. otherwise the code page in which more of the high bytes are German letters
    4. ``MÃ¼ller`` (UTF-8 read as Windows-1252 and written again) becomes ``Müller``
"""

import codecs
import re
from typing import Final

from guildpost_shared.errors import Refused

_GERMAN: Final = "äöüÄÖÜß"
_ACCENTED: Final = _GERMAN + "éèêëáàâãåçñóòôõøíìîïúùûýžšœæÉÈÁÀÇÑØÅ§€°´–„“”‚‘’"
_CONTROLS: Final = bytes(set(range(32)) - {9, 10, 13, 26})
_CONTROL_SHARE: Final = 0.005
_DOS_END_OF_FILE: Final = b"\x1a"


def _second_pass() -> dict[str, str]:
    repaired: dict[str, str] = {}
    for letter in _ACCENTED:
        for page in ("cp1252", "latin-1"):
            try:
                repaired[letter.encode().decode(page)] = letter
            except UnicodeDecodeError:
                continue
    return repaired


_REPAIRS: Final = _second_pass()
_DAMAGED: Final = re.compile("|".join(sorted(map(re.escape, _REPAIRS), key=len, reverse=True)))


def _is_utf8(data: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data, final=False)
    except UnicodeDecodeError:
        return False
    return True


def _code_page(data: bytes) -> str:
    def letters(page: str) -> int:
        return sum(data.count(letter.encode(page)) for letter in _GERMAN)

    return "cp850" if letters("cp850") > letters("cp1252") else "cp1252"


def decode(data: bytes, file: str) -> str:
    """Read a file's bytes as text.

    Args:
        data: the whole file.
        file: its name, for the refusal.

    Raises:
        Refused: ``dms_file_empty`` or ``dms_file_not_text``.
    """
    data = data.rstrip(_DOS_END_OF_FILE)
    if not data.strip():
        raise Refused("dms_file_empty", file=file)
    controls = len(data) - len(data.translate(None, _CONTROLS))
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or 0 in data:
        raise Refused("dms_file_not_text", "UTF-16 or NUL bytes", file=file)
    if controls > len(data) * _CONTROL_SHARE:
        raise Refused("dms_file_not_text", f"{controls} control characters", file=file)
    if _is_utf8(data):
        text = data.decode("utf-8-sig", errors="replace")
    else:
        text = data.decode(_code_page(data), errors="replace")
    return _DAMAGED.sub(lambda found: _REPAIRS[found[0]], text) if "Ã" in text or "â" in text or "Â" in text else text
