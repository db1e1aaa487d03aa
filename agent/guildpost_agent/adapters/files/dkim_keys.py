"""The dealer's DKIM keys as files that only the agent reads."""

from collections.abc import Mapping
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from guildpost_agent.domain.dkim import DkimKey, PrivateKey, UnusableKey, read_key
from guildpost_shared.errors import ConfigurationError, Conflict
from guildpost_shared.os_reasons import os_reason


def load_keys(home: Path, domain: str, files: Mapping[str, Path]) -> tuple[DkimKey, ...]:
    """Read the keys, in the order of the configuration.

    Raises:
        ConfigurationError: ``dkim_key_unusable`` with the file and the reason.
    """
    return tuple(DkimKey(domain, selector, _load(home / file)) for selector, file in files.items())


def _load(path: Path) -> PrivateKey:
    try:
        return read_key(path.read_bytes())
    except OSError as error:
        raise ConfigurationError("dkim_key_unusable", path=path, reason=os_reason(error)) from None
    except UnusableKey as error:
        raise ConfigurationError("dkim_key_unusable", path=path, reason=str(error)) from None


def store_key(path: Path, key: PrivateKey) -> None:
    """Write a new key, readable by the owner only.

    Raises:
        Conflict: ``dkim_key_exists``: an old key may still be needed, so it is never written over.
        ConfigurationError: ``dkim_key_unusable`` where nothing can be written.
    """
    try:
        path.touch(mode=0o600, exist_ok=False)
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    except FileExistsError:
        raise Conflict("dkim_key_exists", path=path) from None
    except OSError as error:
        raise ConfigurationError("dkim_key_unusable", path=path, reason=os_reason(error)) from None
