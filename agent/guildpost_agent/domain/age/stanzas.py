"""A recipient's stanza: the file key, wrapped for an X25519 key.

shared  = X25519(one-time private key, recipient)          (RFC 7748)
key     = HKDF-SHA256(shared, salt = one-time public ‖ recipient, info = "age-encryption.org/v1/X25519")
body    = ChaCha20-Poly1305(key, nonce = 0, file key)       (RFC 8439)
"""

from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from guildpost_agent.domain.age.header import Stanza, b64, broken, derived, from_b64
from guildpost_shared.entropy import Entropy

_KIND: Final = "X25519"
_INFO: Final = b"age-encryption.org/v1/X25519"
_NONCE: Final = bytes(12)
_KEY_BYTES: Final = 32
_BODY_BYTES: Final = 32  # 16 of the file key, 16 of the tag


def wrap(recipient: X25519PublicKey, file_key: bytes, entropy: Entropy) -> Stanza:
    """Wrap the file key for a recipient."""
    one_time = X25519PrivateKey.from_private_bytes(entropy.token_bytes(_KEY_BYTES))
    share = one_time.public_key().public_bytes_raw()
    key = derived(one_time.exchange(recipient), salt=share + recipient.public_bytes_raw(), info=_INFO)
    return Stanza((_KIND, b64(share)), ChaCha20Poly1305(key).encrypt(_NONCE, file_key, None))


def unwrap(stanza: Stanza, identity: X25519PrivateKey) -> bytes | None:
    """Unwrap the file key; None when the stanza is for somebody else, or of another kind.

    Raises:
        ProtocolViolation: ``sealed_file_broken``.
    """
    if stanza.arguments[0] != _KIND:
        return None
    if len(stanza.arguments) != 2:  # noqa: PLR2004 — the kind and the share
        raise broken("stanza arguments")
    share = from_b64(stanza.arguments[1])
    if len(share) != _KEY_BYTES or len(stanza.body) != _BODY_BYTES:
        raise broken("stanza length")
    try:
        shared = identity.exchange(X25519PublicKey.from_public_bytes(share))
    except ValueError as error:  # a point of low order
        raise broken("share") from error
    key = derived(shared, salt=share + identity.public_key().public_bytes_raw(), info=_INFO)
    try:
        return ChaCha20Poly1305(key).decrypt(_NONCE, stanza.body, None)
    except InvalidTag:
        return None
