"""Where the authority's key lives: an encrypted PKCS #8 file, its passphrase handed over by the system.

The format's key derivation is fast (PBKDF2, 2,048 rounds), so the passphrase is to be a generated one of at least 20
characters. It is the file ``guildpost-ca`` among systemd's credentials, or the file that
``GUILDPOST_CA_PASSPHRASE_FILE`` names; it is never an argument, an environment value or a part of the configuration.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from guildpost_coordinator.adapters.certificate_authority.local import LocalAuthority
from guildpost_shared.durable_files import replace_file
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import ConfigurationError, Conflict

KEY_FILE: Final = "authority.key"
CERTIFICATE_FILE: Final = "authority.pem"
CREDENTIAL: Final = "guildpost-ca"
PASSPHRASE_VARIABLE: Final = "GUILDPOST_CA_PASSPHRASE_FILE"  # noqa: S105 — the name of a variable
LEAST_PASSPHRASE: Final = 20  # characters


def read_passphrase(environment: Mapping[str, str]) -> bytes:
    """Read the passphrase of the authority's key.

    Args:
        environment: the process's environment.

    Raises:
        ConfigurationError: ``ca_passphrase_missing`` or ``ca_passphrase_short``.
    """
    for path in _passphrase_files(environment):
        if path.is_file():
            passphrase = path.read_bytes().strip()
            if len(passphrase) < LEAST_PASSPHRASE:
                raise ConfigurationError("ca_passphrase_short", least=LEAST_PASSPHRASE)
            return passphrase
    raise ConfigurationError("ca_passphrase_missing")


def store_authority(
    folder: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate, passphrase: bytes
) -> None:
    """Write a new authority; an existing one is never overwritten.

    Raises:
        Conflict: ``ca_exists``.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if (folder / KEY_FILE).exists() or (folder / CERTIFICATE_FILE).exists():
        raise Conflict("ca_exists")
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase))
    replace_file(folder / CERTIFICATE_FILE, certificate.public_bytes(Encoding.PEM), mode=0o600)
    replace_file(folder / KEY_FILE, pem, mode=0o600)


def load_authority(folder: Path, passphrase: bytes, entropy: Entropy) -> LocalAuthority:
    """Open the authority.

    Raises:
        ConfigurationError: ``ca_missing``, or ``ca_key_unreadable``: wrong passphrase or damaged file.
    """
    certificate = load_certificate(folder)
    try:
        key = load_pem_private_key((folder / KEY_FILE).read_bytes(), passphrase)
    except FileNotFoundError as error:
        raise ConfigurationError("ca_missing", folder=folder) from error
    except (ValueError, TypeError) as error:
        raise ConfigurationError("ca_key_unreadable") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
        raise ConfigurationError("ca_key_unreadable")
    return LocalAuthority(key, certificate, entropy)


def load_certificate(folder: Path) -> x509.Certificate:
    """Read the authority's certificate; no passphrase is needed.

    Raises:
        ConfigurationError: ``ca_missing`` or ``ca_key_unreadable``.
    """
    try:
        return x509.load_pem_x509_certificate((folder / CERTIFICATE_FILE).read_bytes())
    except FileNotFoundError as error:
        raise ConfigurationError("ca_missing", folder=folder) from error
    except ValueError as error:
        raise ConfigurationError("ca_key_unreadable") from error


def _passphrase_files(environment: Mapping[str, str]) -> list[Path]:
    credentials = environment.get("CREDENTIALS_DIRECTORY")
    named = environment.get(PASSPHRASE_VARIABLE)
    from_systemd = [Path(credentials) / CREDENTIAL] if credentials else []
    return from_systemd + ([Path(named)] if named else [])
