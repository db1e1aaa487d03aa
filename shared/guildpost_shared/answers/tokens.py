r"""Tokens in links: opaque to everybody, proved by the dealer's signature, bound to nothing a reader could learn.

The wire form is base64url without padding (124 characters) of 93 bytes:

    offset  size  piece
    0       1     use: 0x01 the links of a message, 0x02 the confirmation of an opt-in
    1       8     key id: the first 8 bytes of SHA-256 over the dealer's raw Ed25519 relay key
    9       16    random
    25      4     expiry, Unix seconds, big-endian
    29      64    Ed25519 signature (RFC 8032) over "guildpost/answer-token/v1\0" and bytes 0 to 28

Bytes 0 to 28 are the token id. Who knows only the id (a stolen relay database) cannot make a working link from it.
The relay needs no list of tokens: it checks the signature, so a dealer's agent never has to register anything.
A token of one use opens no page of the other: a mail with advertising can neither confirm nor be confirmed.
"""

import base64
import hashlib
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import Refused

KEY_ID_BYTES: Final = 8
RANDOM_BYTES: Final = 16
_BODY: Final = struct.Struct(">B8s16sI")
SIGNATURE_BYTES: Final = 64
TOKEN_BYTES: Final = _BODY.size + SIGNATURE_BYTES
_CONTEXT: Final = b"guildpost/answer-token/v1\0"


class Use(IntEnum):
    """What a token's link is for."""

    MESSAGE = 1
    CONFIRMATION = 2


_USES: Final = frozenset(Use)


@dataclass(frozen=True)
class Token:
    """A token whose form is right; whether it is genuine says ``verify``."""

    use: Use
    key_id: bytes
    random: bytes
    expires_at: datetime
    signature: bytes

    @property
    def token_id(self) -> bytes:
        """Return the 29 signed bytes."""
        return _BODY.pack(self.use, self.key_id, self.random, int(self.expires_at.timestamp()))


def key_id(key: Ed25519PublicKey) -> bytes:
    """Name a relay key by 8 bytes."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).digest()[:KEY_ID_BYTES]


def issue(key: Ed25519PrivateKey, *, expires_at: datetime, entropy: Entropy, use: Use = Use.MESSAGE) -> str:
    """Make a new token; ``entropy`` gives its 16 random bytes (for the rest see ``make``)."""
    return make(key, random=entropy.token_bytes(RANDOM_BYTES), expires_at=expires_at, use=use)


def make(key: Ed25519PrivateKey, *, random: bytes, expires_at: datetime, use: Use) -> str:
    """Make a token from bytes at hand: the same ones give the same token (Ed25519 is deterministic).

    Args:
        key: the dealer's relay key.
        random: 16 bytes that nobody else can tell.
        expires_at: aware instant before the year 2106; seconds are kept, fractions dropped.
        use: what its link is for.
    """
    body = _BODY.pack(use, key_id(key.public_key()), random, int(expires_at.timestamp()))
    return base64.urlsafe_b64encode(body + key.sign(_CONTEXT + body)).decode("ascii")


def parse(text: str) -> Token:
    """Read a token's form, without trusting it.

    Raises:
        Refused: ``answer_token_invalid``.
    """
    try:
        raw = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
    except ValueError as error:
        raise Refused("answer_token_invalid") from error
    if len(raw) != TOKEN_BYTES or raw[0] not in _USES or base64.urlsafe_b64encode(raw).decode("ascii") != text:
        raise Refused("answer_token_invalid")
    use, key, random, expiry = _BODY.unpack_from(raw)
    return Token(Use(use), key, random, datetime.fromtimestamp(expiry, UTC), raw[_BODY.size :])


def verify(token: Token, key: Ed25519PublicKey, now: datetime) -> None:
    """Check that the dealer's key made the token and that it still holds.

    Raises:
        Refused: ``answer_token_invalid``: not from this key, or expired (callers show the same page for both).
    """
    try:
        key.verify(token.signature, _CONTEXT + token.token_id)
    except InvalidSignature as error:
        raise Refused("answer_token_invalid") from error
    if token.key_id != key_id(key) or token.expires_at <= now:
        raise Refused("answer_token_invalid")
