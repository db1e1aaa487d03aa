"""Keys of one round: X25519 agreement, HKDF-SHA256, and the sealed way of shares (ChaCha20-Poly1305).

Whatever is derived is bound to the round's whole context, to a purpose, and to the agents that it concerns.
"""

import hashlib
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from guildpost_shared.errors import ProtocolViolation
from guildpost_shared.secagg.codec import short_text
from guildpost_shared.secagg.context import RoundContext

SECRET_BYTES: Final = 32
_FIELD: Final = 2**255 - 19
_ONE_TIME_NONCE: Final = bytes(12)  # every sealing key seals exactly one message
SMALL_ORDER: Final = frozenset(
    {
        0,
        1,
        _FIELD - 1,
        325606250916557431795983626356110631294008115727848805560023387167927233504,
        39382357235489614581723060781553021112529911719440698176882885853963445705823,
    }
)
"""The u-coordinates of order 1, 2, 4 and 8 of curve25519 and its twist, with which every agreement gives zero."""


class RoundKey:
    """An agent's X25519 private key of one round, for agreements with many peers.

    Opening a private key costs as much as an agreement, so it is opened once.
    """

    def __init__(self, context: RoundContext, agent_id: str, private: bytes) -> None:
        """Open a key.

        Args:
            context: the round.
            agent_id: whose key it is.
            private: 32 random bytes.
        """
        self._context: Final = context
        self._id: Final = agent_id
        self._private: Final = X25519PrivateKey.from_private_bytes(private)

    @property
    def public(self) -> bytes:
        """The public key (32 bytes)."""
        return self._private.public_key().public_bytes_raw()

    def mask_seed(self, peer_id: str, peer_public: bytes) -> bytes:
        """Agree on the seed of a pair's mask: the same on both sides, another one in any other context."""
        return derive(self._agree(peer_public), self._info("pair-mask", peer_id))

    def sealing_keys(self, cohort: bytes, peer_id: str, peer_public: bytes) -> tuple[bytes, bytes]:
        """Agree on a pair's two sealing keys within one key list.

        Returns:
            The key of the way to the peer, and that of the way from the peer.
        """
        both = derive(self._agree(peer_public), self._info("share-channel", peer_id) + cohort, 2 * SECRET_BYTES)
        upwards, downwards = both[:SECRET_BYTES], both[SECRET_BYTES:]
        return (upwards, downwards) if self._id < peer_id else (downwards, upwards)

    def _info(self, purpose: str, peer_id: str) -> bytes:
        low, high = (self._id, peer_id) if self._id < peer_id else (peer_id, self._id)
        return self._context.binding(purpose) + short_text(low) + short_text(high)

    def _agree(self, peer_public: bytes) -> bytes:
        try:
            return self._private.exchange(X25519PublicKey.from_public_bytes(peer_public))
        except ValueError as error:
            raise ProtocolViolation("secagg_key", detail="X25519 point of small order") from error


def is_usable_public_key(public: bytes) -> bool:
    """Tell whether bytes are a point in canonical form and not of small order (RFC 7748, sections 5 and 6.1)."""
    value = int.from_bytes(public, "little")
    return value < _FIELD and value not in SMALL_ORDER


def derive(material: bytes, info: bytes, length: int = SECRET_BYTES) -> bytes:
    """Run HKDF-SHA256 (RFC 5869) without salt."""
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(material)


def self_mask_seed(context: RoundContext, secret: bytes, agent_id: str) -> bytes:
    """Derive the seed of an agent's self-mask from its shared secret."""
    return derive(secret, context.binding("self-mask") + short_text(agent_id))


def commitment(context: RoundContext, secret: bytes, agent_id: str) -> bytes:
    """Commit to the self-mask secret, so that a wrong reconstruction is noticed (the secret has 256 bits)."""
    return hashlib.sha256(context.binding("commitment") + short_text(agent_id) + secret).digest()


def seal(key: bytes, plaintext: bytes) -> bytes:
    """Encrypt under a sealing key, which is good for this one message and bound to round, key list and direction."""
    return ChaCha20Poly1305(key).encrypt(_ONE_TIME_NONCE, plaintext, None)


def unseal(key: bytes, sealed: bytes, sender: str) -> bytes:
    """Decrypt.

    Raises:
        ProtocolViolation: ``secagg_share`` when it was made for another round, key list, sender or recipient.
    """
    try:
        return ChaCha20Poly1305(key).decrypt(_ONE_TIME_NONCE, sealed, None)
    except InvalidTag as error:
        raise ProtocolViolation("secagg_share", detail=f"of {sender}") from error
