"""Sealing a file to somebody's public key in the age format, so that the receiver may open it with any age tool.

    age-encryption.org/v1
    -> X25519 <one-time public key>          a stanza per recipient (``stanzas``)
    <wrapped file key>
    --- <MAC over the header>                HMAC-SHA256 under HKDF(file key, "header")
    <16 bytes nonce> <payload>               64 KiB chunks of ChaCha20-Poly1305 under HKDF(file key, nonce, "payload")

Covered is what a lettershop needs: X25519 recipients and binary files. Stanzas of other kinds are passed over; ASCII
armour and passphrases are not supported. Nothing of a file is given out before all of it has been checked.

Source: C2SP, "age-encryption.org/v1". Proved by the format's published test vectors and against the age tool itself.
"""

from collections.abc import Sequence
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from guildpost_agent.domain.age import header, payload, stanzas
from guildpost_agent.domain.age.header import MAGIC
from guildpost_agent.domain.age.keys import identity_text, read_identities, read_recipient, recipient_text
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import Refused

__all__ = ["MAGIC", "identity_text", "open_sealed", "read_identities", "read_recipient", "recipient_text", "seal"]

FILE_KEY_BYTES: Final = 16


def seal(recipients: Sequence[X25519PublicKey], plain: bytes, entropy: Entropy) -> bytes:
    """Seal bytes so that each of the recipients can open them, and nobody else.

    Args:
        recipients: at least one.
        plain: any length.
        entropy: gives the file key, a one-time key per recipient, and the nonce.

    Raises:
        ValueError: no recipient (a bug).
    """
    if not recipients:
        raise ValueError("nobody to seal to")
    file_key = entropy.token_bytes(FILE_KEY_BYTES)
    wrapped = [stanzas.wrap(recipient, file_key, entropy) for recipient in recipients]
    nonce = entropy.token_bytes(payload.NONCE_BYTES)
    return header.written(wrapped, file_key) + nonce + payload.encrypt(file_key, nonce, plain)


def open_sealed(identities: Sequence[X25519PrivateKey], sealed: bytes) -> bytes:
    """Open a sealed file with the first of the keys that fits.

    Args:
        identities: the receiver's keys.
        sealed: the whole file.

    Raises:
        ProtocolViolation: ``sealed_file_broken``: it is no such file, or was changed or cut off on its way.
        Refused: ``sealed_file_for_others``: none of the keys fits.
    """
    read = header.read(sealed)
    keys = (stanzas.unwrap(one, identity) for one in read.stanzas for identity in identities)
    file_key = next((key for key in keys if key is not None), None)
    if file_key is None:
        raise Refused("sealed_file_for_others")
    header.check(read, file_key)
    return payload.decrypt(file_key, sealed[read.size :])
