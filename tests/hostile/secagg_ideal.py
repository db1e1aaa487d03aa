"""The primitives of the secure sum, idealised: what a proof assumes of them, by tables and hashes, and faster.

- a signature is a hash under the signer's public key: nobody of the cast writes one for an honest dealer;
- an agreement is a hash of both public keys; sealing is plaintext with a hash of key and plaintext;
- a share is a fresh token that says nothing; masks are left out, as who knows them is worked out symbolically.

Everything else is the product's own code: its messages, rules, states.
"""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import cast
from unittest.mock import patch

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from nacl.exceptions import BadSignatureError

from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import ProtocolViolation
from guildpost_shared.secagg import envelope, keys, masking, participant, shamir
from guildpost_shared.secagg.context import RoundContext
from guildpost_shared.secagg.messages import SHARE_BYTES
from guildpost_shared.secagg.prg import Ring
from tests.factories.secagg_network import Network


@dataclass(frozen=True)
class IdealIdentity:
    """Stands for an Ed25519 private key."""

    public: bytes

    def sign(self, message: bytes) -> bytes:
        return hashlib.sha512(self.public + message).digest()

    def public_key(self) -> "IdealIdentity":
        return self

    def public_bytes_raw(self) -> bytes:
        return self.public


class IdealRoundKey:
    """Stands for an X25519 key of a round."""

    def __init__(self, context: RoundContext, agent_id: str, private: bytes) -> None:
        self._context, self._id = context, agent_id
        digest = hashlib.sha256(b"public" + private).digest()
        self.public = digest[:-1] + bytes((digest[-1] & 0x3F,))

    def mask_seed(self, _peer_id: str, peer_public: bytes) -> bytes:
        return self._agreed(b"mask", peer_public)

    def sealing_keys(self, cohort: bytes, peer_id: str, peer_public: bytes) -> tuple[bytes, bytes]:
        up, down = (self._agreed(cohort + way, peer_public) for way in (b"up", b"down"))
        return (up, down) if self._id < peer_id else (down, up)

    def _agreed(self, purpose: bytes, peer_public: bytes) -> bytes:
        both = b"".join(sorted((self.public, peer_public)))
        return hashlib.sha256(self._context.digest + purpose + both).digest()


class NoStream:
    """Stands for a key stream; every mask is zero."""

    def __init__(self, dimension: int) -> None:
        self._zeros = np.zeros(dimension, dtype=np.uint64)

    def words(self, _seed: bytes) -> Ring:
        return self._zeros


def _open(signed: bytes, public: bytes) -> bytes:
    if hashlib.sha512(public + signed[64:]).digest() != signed[:64]:
        raise BadSignatureError
    return signed[64:]


def _seal(key: bytes, plaintext: bytes) -> bytes:
    return hashlib.sha256(key + plaintext).digest()[:16] + plaintext


def _unseal(key: bytes, sealed: bytes, sender: str) -> bytes:
    if _seal(key, sealed[16:]) != sealed:
        raise ProtocolViolation("secagg_share", detail=f"of {sender}")
    return sealed[16:]


def _split(secrets: bytes, *, threshold: int, holders: int, entropy: Entropy) -> tuple[bytes, ...]:
    del threshold
    size = len(secrets) // 32 * SHARE_BYTES
    tokens = entropy.token_bytes(size * holders)
    return tuple(tokens[at : at + size] for at in range(0, len(tokens), size))


def idealised(net: Network) -> Network:
    """Give everybody of a network an ideal key in place of the real one."""
    ideal = {name: IdealIdentity(key.public_key().public_bytes_raw()) for name, key in net.keys.items()}
    return replace(net, keys=cast("dict[str, Ed25519PrivateKey]", ideal))


@contextmanager
def ideal_primitives() -> Iterator[None]:
    """Put ideal primitives in place of the real ones."""
    with ExitStack() as stack:
        for owner, name, ideal in (
            (envelope, "crypto_sign_open", _open),
            (participant, "RoundKey", IdealRoundKey),
            (keys, "seal", _seal),
            (keys, "unseal", _unseal),
            (shamir, "split", _split),
            (masking, "KeyStream", NoStream),
        ):
            stack.enter_context(patch.object(owner, name, ideal))
        yield
