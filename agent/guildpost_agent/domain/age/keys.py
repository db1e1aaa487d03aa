"""The keys of a lettershop in age's own writing, so that ``age-keygen`` and ours make the same files."""

from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from guildpost_agent.domain.age import bech32
from guildpost_shared.errors import ConfigurationError

_PUBLIC: Final = "age"
_PRIVATE: Final = "age-secret-key-"
_KEY_BYTES: Final = 32


def recipient_text(public: X25519PublicKey) -> str:
    """Write a public key: ``age1…``."""
    return bech32.encode(_PUBLIC, public.public_bytes_raw())


def identity_text(private: X25519PrivateKey) -> str:
    """Write a private key: ``AGE-SECRET-KEY-1…``."""
    return bech32.encode(_PRIVATE, private.private_bytes_raw()).upper()


def read_recipient(text: str) -> X25519PublicKey:
    """Read a public key.

    Raises:
        ValueError: it is none.
    """
    prefix, raw = bech32.decode(text.strip())
    if prefix != _PUBLIC or len(raw) != _KEY_BYTES:
        raise ValueError("not a public key age1…")
    return X25519PublicKey.from_public_bytes(raw)


def read_identities(text: str) -> list[X25519PrivateKey]:
    """Read a key file: a private key a line; empty lines and lines with ``#`` say something to people.

    Raises:
        ConfigurationError: ``lettershop_key_unreadable``: a line is no private key, or there is none.
    """
    lines = [line.strip() for line in text.splitlines()]
    found = [_identity(line) for line in lines if line and not line.startswith("#")]
    if not found:
        raise ConfigurationError("lettershop_key_unreadable")
    return found


def _identity(line: str) -> X25519PrivateKey:
    try:
        prefix, raw = bech32.decode(line)
    except ValueError as error:
        raise ConfigurationError("lettershop_key_unreadable", str(error)) from None
    if prefix != _PRIVATE or len(raw) != _KEY_BYTES or line != line.upper():
        raise ConfigurationError("lettershop_key_unreadable")
    return X25519PrivateKey.from_private_bytes(raw)
