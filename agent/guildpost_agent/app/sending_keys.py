"""The keys that sending needs, made once and kept in the encrypted database."""

from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from guildpost_agent.app.ports.documents import DocumentsTransaction
from guildpost_shared.entropy import Entropy

_KEY_BYTES: Final = 32


@dataclass(frozen=True)
class SendingKeys:
    """Message ids, the suppression list (both HMAC keys of 32 bytes), and the relay key that signs tokens."""

    message_id: bytes
    suppression: bytes
    relay: Ed25519PrivateKey


def ensure_sending_keys(uow: DocumentsTransaction, entropy: Entropy) -> SendingKeys:
    """Load the keys, making those that are missing; the caller commits."""
    return SendingKeys(
        message_id=_ensure(uow, "keys/message_id", entropy),
        suppression=_ensure(uow, "keys/suppression", entropy),
        relay=Ed25519PrivateKey.from_private_bytes(_ensure(uow, "keys/relay", entropy)),
    )


def _ensure(uow: DocumentsTransaction, name: str, entropy: Entropy) -> bytes:
    key = uow.documents.get(name)
    if key is None:
        key = entropy.token_bytes(_KEY_BYTES)
        uow.documents.put(name, key)
    return key
