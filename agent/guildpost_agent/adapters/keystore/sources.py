"""Sources of the master secret, in this order: systemd credential, then a passphrase file.

The secret is never stored beside the database. A systemd credential (``LoadCredential=guildpost-agent:…``) holds 32
bytes as 64 hex digits; a passphrase is stretched with scrypt and a salt kept in the agent's home.
"""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import ConfigurationError

CREDENTIAL = "guildpost-agent"
PASSPHRASE_FILE = "GUILDPOST_PASSPHRASE_FILE"  # noqa: S105 — the name of a variable
SECRET_BYTES = 32
MIN_PASSPHRASE = 12
SALT_BYTES = 16


class EnvironmentKeyStore:
    """Read the master secret from what the operating system hands to the service."""

    def __init__(self, home: Path, environment: Mapping[str, str], entropy: Entropy) -> None:
        self._home = home
        self._environment = environment
        self._entropy = entropy

    def master_secret(self) -> bytes:
        """Return the 32-byte secret (see the module's order)."""
        directory = self._environment.get("CREDENTIALS_DIRECTORY")
        if directory and (path := Path(directory) / CREDENTIAL).is_file():
            return self._from_hex(path)
        if passphrase_file := self._environment.get(PASSPHRASE_FILE):
            return self._from_passphrase(Path(passphrase_file))
        raise ConfigurationError("master_secret_missing")

    @staticmethod
    def _from_hex(path: Path) -> bytes:
        try:
            secret = bytes.fromhex(path.read_text("ascii").strip())
        except (ValueError, OSError):
            raise ConfigurationError("master_secret_invalid", path=path) from None
        if len(secret) != SECRET_BYTES:
            raise ConfigurationError("master_secret_invalid", path=path)
        return secret

    def _from_passphrase(self, path: Path) -> bytes:
        try:
            passphrase = path.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            raise ConfigurationError("master_secret_invalid", path=path) from None
        if len(passphrase) < MIN_PASSPHRASE:
            raise ConfigurationError("passphrase_too_short", minimum=MIN_PASSPHRASE)
        return hashlib.scrypt(
            passphrase.encode(), salt=self._salt(), n=2**15, r=8, p=1, maxmem=2**26, dklen=SECRET_BYTES
        )

    def _salt(self) -> bytes:
        path = self._home / "passphrase.salt"
        if not path.exists():
            self._home.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f".{path.name}.{self._entropy.token_bytes(8).hex()}")
            fresh.write_bytes(self._entropy.token_bytes(SALT_BYTES))
            with suppress(FileExistsError):  # another process of ours was first: its salt holds
                path.hardlink_to(fresh)
            fresh.unlink()
        salt = path.read_bytes()
        if len(salt) != SALT_BYTES:
            raise ConfigurationError("master_secret_invalid", path=path)
        return salt
