"""What people compare by eye or type in: the fingerprint of a catalogue key, the hash of the TUF root."""

import hashlib
import hmac


def key_fingerprint(public_key: bytes) -> str:
    """Give the printed fingerprint of a catalogue key.

    Args:
        public_key: Ed25519 public key, 32 bytes (RFC 8032).

    Returns:
        Its SHA-256, 64 hexadecimal characters.
    """
    return hashlib.sha256(public_key).hexdigest()


def same_fingerprint(public_key: bytes, fingerprint: str) -> bool:
    """Say whether a key has the fingerprint that somebody gave (in printed form)."""
    return hmac.compare_digest(key_fingerprint(public_key), fingerprint)


def root_hash(root_metadata: bytes) -> bytes:
    """Give the hash that a join code carries of the TUF root: SHA-256 of the file's bytes, 32 bytes."""
    return hashlib.sha256(root_metadata).digest()
