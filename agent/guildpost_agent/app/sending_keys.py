"""The keys that sending needs, made once and kept in the encrypted database."""

from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from guildpost_agent.app.membership import load_memberships
from guildpost_agent.app.ports.documents import DocumentsTransaction
from guildpost_shared.entropy import Entropy
from guildpost_shared.identity.keys import load_sealing_key, new_sealing_key

_KEY_BYTES: Final = 32
_SEALING: Final = "keys/sealing"


@dataclass(frozen=True)
class SendingKeys:
    """The dealer's own keys, whatever brands there are.

    Attributes:
        message_id: HMAC key of message ids, 32 bytes.
        suppression: HMAC key of the suppression list, 32 bytes.
        relay: signs tokens.
        sealing: the relay seals answers to it.
    """

    message_id: bytes
    suppression: bytes
    relay: Ed25519PrivateKey
    sealing: X25519PrivateKey


def ensure_sending_keys(uow: DocumentsTransaction, entropy: Entropy) -> SendingKeys:
    """Load the keys, making those that are missing; the caller commits."""
    return SendingKeys(
        message_id=_ensure(uow, "keys/message_id", entropy),
        suppression=_ensure(uow, "keys/suppression", entropy),
        relay=Ed25519PrivateKey.from_private_bytes(_ensure(uow, "keys/relay", entropy)),
        sealing=_sealing(uow, entropy),
    )


def _sealing(uow: DocumentsTransaction, entropy: Entropy) -> X25519PrivateKey:
    """Load or make the sealing key; where a relay knows the first membership's already, it stays that one."""
    kept = uow.documents.get(_SEALING)
    if kept is not None:
        return X25519PrivateKey.from_private_bytes(kept)
    known = next((one.sealing_key for one in load_memberships(uow.documents)), b"")
    key = load_sealing_key(known) if known else new_sealing_key(entropy)
    uow.documents.put(_SEALING, key.private_bytes_raw())
    return key


def _ensure(uow: DocumentsTransaction, name: str, entropy: Entropy) -> bytes:
    key = uow.documents.get(name)
    if key is None:
        key = entropy.token_bytes(_KEY_BYTES)
        uow.documents.put(name, key)
    return key
