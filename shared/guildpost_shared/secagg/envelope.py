"""The signed cover of every message: magic, direction, stage, context digest, body, Ed25519 signature.

    "GPSA" │ version 1 │ direction │ stage │ context digest (32) │ body │ signature (64)

The signature covers protocol, purpose, whole context, stage, the **agent** (recipient of a request, sender of a
reply) and the SHA-256 of the body. Ed25519 is deterministic: signing the same content again gives the same bytes.

Every agent verifies every other's signatures, twice a round; that is half of what a round costs it. So verification is
libsodium's, which takes half of OpenSSL's time and also refuses public keys of small order and encodings that are not
canonical. Signing stays with the library that holds the keys.
"""

import hashlib
from dataclasses import dataclass
from typing import Final, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError
from nacl.exceptions import ValueError as NaClValueError

from guildpost_shared.errors import ProtocolViolation
from guildpost_shared.secagg.codec import Reader, Writer, malformed, short_text
from guildpost_shared.secagg.context import HASH_BYTES, RoundContext
from guildpost_shared.secagg.messages import SIGNATURE_BYTES
from guildpost_shared.secagg.stages import ASKING, Stage

MAGIC: Final = b"GPSA\x01"
Direction = Literal["request", "reply"]
_DIRECTIONS: Final[dict[Direction, int]] = {"request": 1, "reply": 2}


@dataclass(frozen=True)
class Envelope:
    """What a signature covers besides the body; ``agent_id`` is the recipient of a request, the sender of a reply."""

    context: RoundContext
    direction: Direction
    stage: Stage
    agent_id: str

    def signed_bytes(self, body: bytes) -> bytes:
        """Give what a signature covers."""
        head = self.context.binding(self.direction) + bytes((self.stage,)) + short_text(self.agent_id)
        return head + hashlib.sha256(body).digest()

    def seal(self, key: Ed25519PrivateKey, body: bytes) -> bytes:
        """Sign a body and put the cover around it."""
        head = Writer().raw(MAGIC).u8(_DIRECTIONS[self.direction]).u8(self.stage).raw(self.context.digest)
        return head.raw(body).raw(key.sign(self.signed_bytes(body))).take()

    def is_signed_by(self, key: bytes, body: bytes, signature: bytes) -> bool:
        """Tell whether the holder of a raw Ed25519 public key signed this (RFC 8032)."""
        try:
            crypto_sign_open(signature + self.signed_bytes(body), key)
        except (BadSignatureError, NaClValueError):
            return False
        return len(signature) == SIGNATURE_BYTES


def unwrap(data: bytes, context: RoundContext, direction: Direction) -> tuple[Stage, bytes, bytes]:
    """Take the cover off, without judging the signature.

    Returns:
        Stage, body, signature.

    Raises:
        ProtocolViolation: ``secagg_malformed``; ``secagg_other_round`` when the context differs in anything.
    """
    reader = Reader(data)
    if reader.raw(len(MAGIC)) != MAGIC or reader.u8() != _DIRECTIONS[direction]:
        raise malformed("not this kind of message")
    number = reader.u8()
    if number not in ASKING:
        raise malformed("no such stage")
    if reader.raw(HASH_BYTES) != context.digest:
        raise ProtocolViolation("secagg_other_round")
    rest = reader.rest()
    if len(rest) < SIGNATURE_BYTES:
        raise malformed("too short")
    return Stage(number), rest[:-SIGNATURE_BYTES], rest[-SIGNATURE_BYTES:]
