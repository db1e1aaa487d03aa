"""Keys of one round: X25519 agreement, HKDF-SHA256, and the sealed channel for shares (ChaCha20-Poly1305)."""

import hashlib
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from guildpost_shared.errors import ProtocolViolation
from guildpost_shared.secagg.codec import Writer
from guildpost_shared.secagg.context import RoundContext

SECRET_BYTES: Final = 32
_ONE_TIME_NONCE: Final = bytes(12)  # every channel key seals exactly one message


def public_key(private: bytes) -> bytes:
    """Compute the X25519 public key of 32 random bytes."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def is_usable_public_key(public: bytes) -> bool:
    """Refuse the points of small order, with which every agreement gives zero (RFC 7748 section 6.1)."""
    try:
        _exchange(bytes(SECRET_BYTES), public)
    except ProtocolViolation:
        return False
    return True


def derive(material: bytes, info: bytes) -> bytes:
    """Run HKDF-SHA256 (RFC 5869) without salt to 32 bytes."""
    return HKDF(algorithm=SHA256(), length=SECRET_BYTES, salt=None, info=info).derive(material)


def mask_seed(context: RoundContext, own_private: bytes, own_id: str, peer_public: bytes, peer_id: str) -> bytes:
    """Agree on the seed of a pair's mask: the same on both sides, another one in any other context."""
    low, high = sorted((own_id, peer_id))
    info = Writer().raw(context.binding("pair-mask")).text(low).text(high).take()
    return derive(_exchange(own_private, peer_public), info)


def self_mask_seed(context: RoundContext, secret: bytes, agent_id: str) -> bytes:
    """Derive the seed of an agent's self-mask from its shared secret."""
    return derive(secret, Writer().raw(context.binding("self-mask")).text(agent_id).take())


def commitment(context: RoundContext, secret: bytes, agent_id: str) -> bytes:
    """Commit to the self-mask secret, so that a wrong reconstruction is noticed (the secret has 256 bits)."""
    return hashlib.sha256(Writer().raw(context.binding("commitment")).text(agent_id).raw(secret).take()).digest()


@dataclass(frozen=True)
class ShareChannel:
    """The way of one pair of shares: from one agent to another, within one round and one key list."""

    context: RoundContext
    cohort: bytes
    sender: str
    recipient: str

    def key(self, own_private: bytes, peer_public: bytes) -> bytes:
        """Agree on the key; it seals exactly one message."""
        return derive(_exchange(own_private, peer_public), self._bound("share-channel"))

    def seal(self, key: bytes, plaintext: bytes) -> bytes:
        """Encrypt; round, key list, sender and recipient are authenticated with it."""
        return ChaCha20Poly1305(key).encrypt(_ONE_TIME_NONCE, plaintext, self._bound("share"))

    def unseal(self, key: bytes, sealed: bytes) -> bytes:
        """Decrypt.

        Raises:
            ProtocolViolation: ``secagg_share`` when it was made for another round, key list, sender or recipient.
        """
        try:
            return ChaCha20Poly1305(key).decrypt(_ONE_TIME_NONCE, sealed, self._bound("share"))
        except InvalidTag as error:
            raise ProtocolViolation("secagg_share", detail=f"{self.sender} to {self.recipient}") from error

    def _bound(self, purpose: str) -> bytes:
        head = Writer().raw(self.context.binding(purpose)).raw(self.cohort)
        return head.text(self.sender).text(self.recipient).take()


def _exchange(private: bytes, public: bytes) -> bytes:
    try:
        return X25519PrivateKey.from_private_bytes(private).exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError as error:
        raise ProtocolViolation("secagg_key", detail="X25519 point of small order") from error
