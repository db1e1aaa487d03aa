"""Sealing: the relay forgets an answer the moment it has written it down; only the dealer's agent can read it.

    1. the relay makes an X25519 key for this one answer (RFC 7748)
    2. shared = X25519(that key, the dealer's sealing key)
    3. key ‖ nonce = HKDF-SHA256 (RFC 5869) of shared, salt = ephemeral public ‖ dealer's public,
       info = "guildpost/answer-seal/v1", 44 bytes
    4. sealed = ephemeral public ‖ ChaCha20-Poly1305 (RFC 8439) of the padded answer, AAD = token id
    5. the relay drops the key of step 1

Every answer is padded to one size, so that a stored "stop" looks like a stored "book": 2 bytes of length, the answer,
zeros up to 512 bytes. A sealed answer is therefore always 32 + 512 + 16 = 560 bytes.
"""

import struct
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import ProtocolViolation

PUBLIC_BYTES: Final = 32
PADDED_BYTES: Final = 512
TAG_BYTES: Final = 16
SEALED_BYTES: Final = PUBLIC_BYTES + PADDED_BYTES + TAG_BYTES
_LENGTH: Final = struct.Struct(">H")
_INFO: Final = b"guildpost/answer-seal/v1"
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


def seal(recipient: X25519PublicKey, token_id: bytes, answer: bytes, entropy: Entropy) -> bytes:
    """Seal an answer to the dealer.

    Args:
        recipient: the dealer's sealing key.
        token_id: what the answer is bound to.
        answer: at most 510 bytes.
        entropy: gives the one-time key (32 bytes).

    Raises:
        ValueError: the answer is too long (a bug: events are short).
    """
    if len(answer) > PADDED_BYTES - _LENGTH.size:
        raise ValueError("answer too long to seal")
    ephemeral = X25519PrivateKey.from_private_bytes(entropy.token_bytes(_KEY_BYTES))
    public = _raw(ephemeral.public_key())
    key, nonce = _derive(ephemeral.exchange(recipient), public + _raw(recipient))
    padded = (_LENGTH.pack(len(answer)) + answer).ljust(PADDED_BYTES, b"\0")
    return public + ChaCha20Poly1305(key).encrypt(nonce, padded, token_id)


def unseal(recipient: X25519PrivateKey, token_id: bytes, sealed: bytes) -> bytes:
    """Open a sealed answer.

    Raises:
        ProtocolViolation: ``answer_unreadable``: wrong size, wrong key, wrong token or changed bytes.
    """
    if len(sealed) != SEALED_BYTES:
        raise ProtocolViolation("answer_unreadable", detail="size")
    public = sealed[:PUBLIC_BYTES]
    try:
        shared = recipient.exchange(X25519PublicKey.from_public_bytes(public))
        key, nonce = _derive(shared, public + _raw(recipient.public_key()))
        padded = ChaCha20Poly1305(key).decrypt(nonce, sealed[PUBLIC_BYTES:], token_id)
    except (InvalidTag, ValueError) as error:  # ValueError: a public point of small order
        raise ProtocolViolation("answer_unreadable", detail=type(error).__name__) from error
    (length,) = _LENGTH.unpack_from(padded)
    return padded[_LENGTH.size : _LENGTH.size + length]


def _derive(shared: bytes, salt: bytes) -> tuple[bytes, bytes]:
    material = HKDF(SHA256(), _KEY_BYTES + _NONCE_BYTES, salt, _INFO).derive(shared)
    return material[:_KEY_BYTES], material[_KEY_BYTES:]


def _raw(key: X25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
