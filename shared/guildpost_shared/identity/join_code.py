"""Join codes: what a brand hands to a dealership so that it can become a member.

``gp1.`` and base64url (no padding) of these bytes:

    secret            16   single use; the coordinator keeps only its SHA-256
    CA fingerprint    32   SHA-256 of the authority's certificate (DER): whom to talk to
    root hash         32   SHA-256 of the catalogue's first root metadata: whose signatures count
    port               2   big-endian
    host               n   DNS name or IP address, ASCII
    checksum           4   first bytes of the SHA-256 of everything before: a slip of the pen is told from a wrong code

The code expires and is bound to one planned membership; both are known to the coordinator only.
"""

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass
from typing import Final

from guildpost_shared.errors import Refused
from guildpost_shared.identity.enrolment import Endpoint, is_host

PREFIX: Final = "gp1."
SECRET_BYTES: Final = 16
_HASH_BYTES: Final = 32
_CHECKSUM_BYTES: Final = 4
_FIXED: Final = struct.Struct(f">{SECRET_BYTES}s{_HASH_BYTES}s{_HASH_BYTES}sH")


@dataclass(frozen=True)
class JoinCode:
    """The parts of a join code."""

    endpoint: Endpoint
    secret: bytes
    ca_fingerprint: bytes
    root_hash: bytes


def format_join_code(code: JoinCode) -> str:
    """Write a join code as one line to copy.

    Args:
        code: secret of 16 bytes, both hashes of 32 bytes.
    """
    body = _FIXED.pack(code.secret, code.ca_fingerprint, code.root_hash, code.endpoint.port)
    body += code.endpoint.host.encode("ascii")
    return PREFIX + base64.urlsafe_b64encode(body + _checksum(body)).decode("ascii").rstrip("=")


def parse_join_code(text: str) -> JoinCode:
    """Read a join code; spaces and line breaks that crept in while copying are ignored.

    Raises:
        Refused: ``join_code_malformed``: it is no join code, or a character was lost.
    """
    compact = "".join(text.split())
    body = _body(compact.removeprefix(PREFIX)) if compact.startswith(PREFIX) else b""
    if len(body) <= _FIXED.size:
        raise Refused("join_code_malformed")
    secret, fingerprint, root_hash, port = _FIXED.unpack_from(body)
    host = body[_FIXED.size :].decode("ascii", "replace")
    if not is_host(host) or port == 0:
        raise Refused("join_code_malformed")
    return JoinCode(Endpoint(host, port), secret, fingerprint, root_hash)


def secret_hash(secret: bytes) -> bytes:
    """Hash a secret for storage; 128 random bits need no slow hash."""
    return hashlib.sha256(b"guildpost/join-code/1\0" + secret).digest()


def _body(encoded: str) -> bytes:
    try:
        raw = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
    body, checksum = raw[:-_CHECKSUM_BYTES], raw[-_CHECKSUM_BYTES:]
    return body if checksum == _checksum(body) else b""


def _checksum(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()[:_CHECKSUM_BYTES]
