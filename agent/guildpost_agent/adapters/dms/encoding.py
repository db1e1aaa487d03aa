"""Bytes of an export as text: which encoding, what a second pass made of umlauts repaired, in bounded memory.

Rules, in this order, decided on the whole file (one pass, a block at a time):

    1. nothing in the file or many control characters (NUL among them): no text export, refused
    2. a UTF-16 mark: UTF-16; a UTF-8 mark, or valid UTF-8 (a character cut off at the very end counts): UTF-8
    3. otherwise the code page in which more of the high bytes are German letters: Windows-1252 or CP850
    4. ``MÃ¼ller`` (UTF-8 read as Windows-1252 and written again) becomes ``Müller``
    5. the few control characters that rule 1 lets pass are dropped
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from guildpost_shared.errors import Refused

BLOCK_BYTES: Final = 1 << 20
FIRST_BLOCK_BYTES: Final = 1 << 16
LARGEST_BYTES: Final = 4 << 30
"""No dealer's export comes near: 270,000 vehicles take some 60 MB. What is larger is no table but a mistake."""
_GERMAN: Final = "äöüÄÖÜß"
_ACCENTED: Final = _GERMAN + "éèêëáàâãåçñóòôõøíìîïúùûýžšœæÉÈÁÀÇÑØÅ§€°´–„“”‚‘’"
_CONTROLS: Final = bytes(set(range(32)) - {9, 10, 13, 26})
_DROPPED: Final = dict.fromkeys([*_CONTROLS, 26])
_CONTROL_LETTERS: Final = tuple(map(chr, _DROPPED))
_CONTROL_SHARE: Final = 0.005
_DOS_END_OF_FILE: Final = b"\x1a"
_LETTERS: Final = {page: _GERMAN.encode(page) for page in ("cp1252", "cp850")}
_UTF16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


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
_BEGINNINGS: Final = frozenset(damaged[:end] for damaged in _REPAIRS for end in range(1, len(damaged)))
_LEADS: Final = tuple(sorted({damaged[0] for damaged in _REPAIRS}))
_BY_LEAD: Final = {lead: tuple(d for d in _REPAIRS if d[0] == lead) for lead in _LEADS}
_DAMAGED: Final = re.compile("|".join(sorted(map(re.escape, _REPAIRS), key=len, reverse=True)))


class _Scan:
    """What a file's bytes say about its encoding, gathered block by block."""

    def __init__(self) -> None:
        self.size = self.controls = self.visible = 0
        self.mark = b""
        self._utf8 = codecs.getincrementaldecoder("utf-8")()
        self._is_utf8 = True
        self._letters = dict.fromkeys(_LETTERS, 0)

    def take(self, block: bytes) -> None:
        if not self.size:
            self.mark = block[:2]
        self.size += len(block)
        self.visible += len(block.strip(b" \t\r\n\x1a"))
        self.controls += len(block) - len(block.translate(None, _CONTROLS))
        if self._is_utf8:
            try:
                self._utf8.decode(block)
            except UnicodeDecodeError:
                self._is_utf8 = False
        if not block.isascii():
            for page, letters in _LETTERS.items():
                self._letters[page] += len(block) - len(block.translate(None, letters))

    def encoding(self, file: str) -> str:
        if not self.visible:
            raise Refused("dms_file_empty", file=file)
        if self.mark in _UTF16:
            return "utf-16"
        if self.controls > self.size * _CONTROL_SHARE:
            raise Refused("dms_file_not_text", f"{self.controls} control characters", file=file)
        if self._is_utf8:
            return "utf-8-sig"
        return "cp850" if self._letters["cp850"] > self._letters["cp1252"] else "cp1252"


def blocks_of(stream: BinaryIO) -> Iterator[bytes]:
    """Read a stream a block at a time; the first ones are small, for whoever wants the beginning only."""
    size = FIRST_BLOCK_BYTES
    while block := stream.read(size):
        yield block
        size = min(2 * size, BLOCK_BYTES)


def detect(path: Path) -> str:
    """Say a file's encoding.

    Raises:
        Refused: ``dms_file_empty``, ``dms_file_not_text`` or ``dms_file_too_large``.
    """
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        raise Refused("dms_file_too_large", f"{size} bytes", file=path.name)
    scan = _Scan()
    with path.open("rb") as stream:
        for block in blocks_of(stream):
            scan.take(block)
    return scan.encoding(path.name)


def decoded(blocks: Iterable[bytes], encoding: str) -> Iterator[str]:
    """Decode blocks; what cannot be decoded becomes the replacement character.

    A block's text ends where the bytes ended, which may be inside a letter that was encoded twice: such an end is held
    back for the next block.
    """
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    held = ""
    for block in blocks:
        text = held + decoder.decode(block)
        held = next((text[-size:] for size in (2, 1) if text[-size:] in _BEGINNINGS), "")
        yield _clean(text[: len(text) - len(held)])
    yield _clean(held + decoder.decode(b"", final=True))


def _looks_damaged(text: str) -> bool:
    """Say whether a letter stands somewhere that a second pass left behind; such letters alone are good French."""
    for lead in _LEADS:
        at = text.find(lead)
        while at >= 0:
            if any(text.startswith(damaged, at) for damaged in _BY_LEAD[lead]):
                return True
            at = text.find(lead, at + 1)
    return False


def _clean(text: str) -> str:
    if not text.isascii() and _looks_damaged(text):
        text = _DAMAGED.sub(lambda found: _REPAIRS[found[0]], text)
    return text.translate(_DROPPED) if any(letter in text for letter in _CONTROL_LETTERS) else text


def decode(data: bytes, file: str) -> str:
    """Read a small file's bytes as text.

    Raises:
        Refused: ``dms_file_empty`` or ``dms_file_not_text``.
    """
    scan = _Scan()
    scan.take(data)
    return "".join(decoded([data.rstrip(_DOS_END_OF_FILE)], scan.encoding(file)))
