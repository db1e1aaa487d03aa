"""Ed25519 keys of catalogue roles, and the encrypted files they rest in.

A key file is PKCS #8, encrypted under a passphrase that the system hands over as a file: systemd's credential
``guildpost-<name>`` or the file that an environment variable names; never an argument or an environment value. The
format's key derivation is fast (PBKDF2, 2,048 rounds), so the passphrase is to be a generated one of at least 20
characters.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from securesystemslib.signer import CryptoSigner, Signature, SSlibKey

from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import ConfigurationError, Conflict

SEED_BYTES: Final = 32
LEAST_PASSPHRASE: Final = 20  # characters
ONLINE_CREDENTIAL: Final = "guildpost-online-keys"
ONLINE_VARIABLE: Final = "GUILDPOST_ONLINE_PASSPHRASE_FILE"
SIGNER_VARIABLE: Final = "GUILDPOST_SIGNER_PASSPHRASE_FILE"


class CatalogueKey:
    """A private key in memory that signs catalogue metadata."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self.private = private
        self.tuf_key = SSlibKey.from_crypto(private.public_key())
        self.signer = CryptoSigner(private, self.tuf_key)

    @property
    def public(self) -> bytes:
        """The raw public key, 32 bytes."""
        return self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, to_sign: bytes) -> bytes:
        """Sign bytes (RFC 8032); 64 bytes."""
        return self.private.sign(to_sign)

    def signature(self, to_sign: bytes) -> Signature:
        """Sign bytes, as it stands in a TUF file."""
        return self.signer.sign(to_sign)


def new_key(entropy: Entropy) -> CatalogueKey:
    """Make a key."""
    return CatalogueKey(Ed25519PrivateKey.from_private_bytes(entropy.token_bytes(SEED_BYTES)))


def signer_credential(role: str) -> str:
    """Name the credential with the passphrase of a role's keys."""
    return f"guildpost-signer-{role}"


def read_passphrase(environment: Mapping[str, str], credential: str, variable: str) -> bytes:
    """Read a passphrase from where the system puts it.

    Args:
        environment: the process's environment.
        credential: file name below ``$CREDENTIALS_DIRECTORY``.
        variable: environment variable that names a file instead.

    Raises:
        ConfigurationError: ``catalogue_passphrase_missing`` or ``catalogue_passphrase_short``.
    """
    folder, named = environment.get("CREDENTIALS_DIRECTORY"), environment.get(variable)
    candidates = [Path(folder) / credential] if folder else []
    candidates += [Path(named)] if named else []
    for path in candidates:
        if path.is_file():
            passphrase = path.read_bytes().strip()
            if len(passphrase) < LEAST_PASSPHRASE:
                raise ConfigurationError("catalogue_passphrase_short", least=LEAST_PASSPHRASE, credential=credential)
            return passphrase
    raise ConfigurationError("catalogue_passphrase_missing", credential=credential, variable=variable)


def store_key(path: Path, key: Ed25519PrivateKey | EllipticCurvePrivateKey, passphrase: bytes) -> None:
    """Write a key file with owner-only rights; an existing one is never overwritten.

    Raises:
        Conflict: ``catalogue_key_exists``.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase))
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Conflict("catalogue_key_exists", file=path.name) from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())


def load_key(path: Path, passphrase: bytes) -> CatalogueKey:
    """Open a role's key file.

    Raises:
        ConfigurationError: ``catalogue_key_missing`` or ``catalogue_key_unreadable`` (wrong passphrase, damaged).
    """
    key = _load(path, passphrase)
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigurationError("catalogue_key_unreadable", file=path)
    return CatalogueKey(key)


def load_tls_key(path: Path, passphrase: bytes) -> EllipticCurvePrivateKey:
    """Open a signer's TLS key file; errors as for ``load_key``."""
    key = _load(path, passphrase)
    if not isinstance(key, EllipticCurvePrivateKey):
        raise ConfigurationError("catalogue_key_unreadable", file=path)
    return key


def _load(path: Path, passphrase: bytes) -> PrivateKeyTypes:
    try:
        return load_pem_private_key(path.read_bytes(), passphrase)
    except FileNotFoundError as error:
        raise ConfigurationError("catalogue_key_missing", file=path) from error
    except (ValueError, TypeError) as error:
        raise ConfigurationError("catalogue_key_unreadable", file=path) from error
