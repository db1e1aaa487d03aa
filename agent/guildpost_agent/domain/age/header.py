"""The textual head of an age file: read strictly, so that one file has one reading."""

import base64
import binascii
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from guildpost_shared.errors import ProtocolViolation

MAGIC: Final = b"age-encryption.org/v1\n"
_STANZA: Final = b"-> "
_MAC: Final = b"---"
_COLUMNS: Final = 64
_MAC_BYTES: Final = 32
_KEY_BYTES: Final = 32
_FIRST_VISIBLE, _LAST_VISIBLE = 0x21, 0x7E


@dataclass(frozen=True)
class Stanza:
    """One recipient's part: its kind first among the arguments."""

    arguments: tuple[str, ...]
    body: bytes


@dataclass(frozen=True)
class Header:
    """A header as read; ``signed`` is what its MAC covers, ``size`` where the payload begins."""

    stanzas: tuple[Stanza, ...]
    signed: bytes
    mac: bytes
    size: int


def broken(detail: str) -> ProtocolViolation:
    """Say that a file is none of ours or was damaged."""
    return ProtocolViolation("sealed_file_broken", detail)


def b64(data: bytes) -> str:
    """Write base64 without padding."""
    return base64.b64encode(data).decode("ascii").rstrip("=")


def from_b64(text: str) -> bytes:
    """Read base64 without padding, in its one canonical form.

    Raises:
        ProtocolViolation: ``sealed_file_broken``.
    """
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise broken("base64") from error
    if b64(data) != text:
        raise broken("base64 not canonical")
    return data


def derived(secret: bytes, *, salt: bytes, info: bytes) -> bytes:
    """Derive 32 bytes (HKDF-SHA256, RFC 5869)."""
    return HKDF(SHA256(), _KEY_BYTES, salt, info).derive(secret)


def written(stanzas: Sequence[Stanza], file_key: bytes) -> bytes:
    """Write a header with its MAC."""
    signed = MAGIC + b"".join(_stanza(one) for one in stanzas) + _MAC
    return signed + f" {b64(_mac(signed, file_key))}\n".encode()


def read(sealed: bytes) -> Header:
    """Read the header of a file.

    Raises:
        ProtocolViolation: ``sealed_file_broken``.
    """
    if not sealed.startswith(MAGIC):
        raise broken("not age-encryption.org/v1")
    place, stanzas = len(MAGIC), []
    while True:
        line, following = _line(sealed, place)
        if line.startswith(_MAC):
            break
        stanza, place = _read_stanza(sealed, line, following)
        stanzas.append(stanza)
    mac = line[len(_MAC) :]
    if not stanzas or not mac.startswith(b" "):
        raise broken("no recipient, or no MAC")
    raw = from_b64(_ascii(mac[1:]))
    if len(raw) != _MAC_BYTES:
        raise broken("MAC length")
    return Header(tuple(stanzas), sealed[:place] + _MAC, raw, following)


def check(header: Header, file_key: bytes) -> None:
    """Check a header's MAC.

    Raises:
        ProtocolViolation: ``sealed_file_broken``.
    """
    if not hmac.compare_digest(_mac(header.signed, file_key), header.mac):
        raise broken("MAC")


def _mac(signed: bytes, file_key: bytes) -> bytes:
    return hmac.digest(derived(file_key, salt=b"", info=b"header"), signed, sha256)


def _stanza(stanza: Stanza) -> bytes:
    body = b64(stanza.body)
    lines = [body[at : at + _COLUMNS] for at in range(0, len(body) + 1, _COLUMNS)]
    return "\n".join([f"-> {' '.join(stanza.arguments)}", *lines, ""]).encode("ascii")


def _read_stanza(sealed: bytes, line: bytes, place: int) -> tuple[Stanza, int]:
    if not line.startswith(_STANZA):
        raise broken("stanza")
    arguments = line[len(_STANZA) :].split(b" ")
    if not all(one and all(_FIRST_VISIBLE <= byte <= _LAST_VISIBLE for byte in one) for one in arguments):
        raise broken("stanza arguments")
    body = ""
    while True:  # a line shorter than 64 characters, perhaps an empty one, ends the body
        row, place = _line(sealed, place)
        if len(row) > _COLUMNS:
            raise broken("line too long")
        body += _ascii(row)
        if len(row) < _COLUMNS:
            return Stanza(tuple(_ascii(one) for one in arguments), from_b64(body)), place


def _line(sealed: bytes, place: int) -> tuple[bytes, int]:
    end = sealed.find(b"\n", place)
    if end < 0:
        raise broken("header cut off")
    return sealed[place:end], end + 1


def _ascii(text: bytes) -> str:
    try:
        return text.decode("ascii")
    except UnicodeDecodeError as error:
        raise broken("not ASCII") from error
