"""What people compare by eye or type in: the fingerprint of a catalogue key, the hash of the TUF root."""

import hashlib
import hmac
import re
from typing import Final

from guildpost_shared.errors import ConfigurationError

_IGNORED: Final = re.compile(r"[\s:-]+")
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")


def key_fingerprint(public_key: bytes) -> str:
    """Give the printed fingerprint of a catalogue key.

    Args:
        public_key: Ed25519 public key, 32 bytes (RFC 8032).

    Returns:
        Its SHA-256, 64 hexadecimal characters.
    """
    return hashlib.sha256(public_key).hexdigest()


def parse_fingerprint(text: str) -> str:
    """Bring a fingerprint that a person typed (with spaces, colons, capitals) into its printed form.

    Raises:
        ConfigurationError: ``association_fingerprint_invalid``.
    """
    bare = _IGNORED.sub("", text).lower()
    if _FINGERPRINT.fullmatch(bare) is None:
        raise ConfigurationError("association_fingerprint_invalid")
    return bare


def same_fingerprint(public_key: bytes, fingerprint: str) -> bool:
    """Say whether a key has the fingerprint that somebody gave (in printed form)."""
    return hmac.compare_digest(key_fingerprint(public_key), fingerprint)


def root_hash(root_metadata: bytes) -> bytes:
    """Give the hash that a join code carries of the TUF root: SHA-256 of the file's bytes, 32 bytes."""
    return hashlib.sha256(root_metadata).digest()
