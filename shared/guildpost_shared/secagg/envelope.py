"""The signed cover of every message: magic, direction, stage, context digest, body, Ed25519 signature.

    "GPSA" │ version 1 │ direction │ stage │ context digest (32) │ body │ signature (64)

The signature covers protocol, purpose, whole context, stage, the **agent** (recipient of a request, sender of a
reply) and the SHA-256 of the body. Ed25519 is deterministic: signing the same content again gives the same bytes.
"""

import hashlib
from dataclasses import dataclass
from typing import Final, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from guildpost_shared.errors import ProtocolViolation
from guildpost_shared.secagg.codec import Reader, Writer, malformed
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
        head = Writer().raw(self.context.binding(self.direction)).u8(self.stage).text(self.agent_id)
        return head.raw(hashlib.sha256(body).digest()).take()

    def seal(self, key: Ed25519PrivateKey, body: bytes) -> bytes:
        """Sign a body and put the cover around it."""
        head = Writer().raw(MAGIC).u8(_DIRECTIONS[self.direction]).u8(self.stage).raw(self.context.digest)
        return head.raw(body).raw(key.sign(self.signed_bytes(body))).take()

    def is_signed_by(self, key: bytes, body: bytes, signature: bytes) -> bool:
        """Tell whether the holder of a raw Ed25519 public key signed this."""
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, self.signed_bytes(body))
        except (InvalidSignature, ValueError):
            return False
        return True


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
