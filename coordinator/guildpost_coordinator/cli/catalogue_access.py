"""What the commands around the catalogue's keys open: files, online keys, the next online keys."""

import os
from pathlib import Path
from typing import Final

from guildpost_coordinator.adapters.catalogue_repository.ceremony import OnlineKeys
from guildpost_coordinator.adapters.catalogue_repository.files import RepositoryFiles
from guildpost_coordinator.adapters.catalogue_repository.key_documents import KeyOffice
from guildpost_coordinator.adapters.catalogue_repository.keys import (
    ONLINE_CREDENTIAL,
    ONLINE_VARIABLE,
    load_key,
    new_key,
    read_passphrase,
    store_key,
)
from guildpost_coordinator.adapters.catalogue_repository.repository import TufRepository
from guildpost_coordinator.bootstrap_catalogue import KEYS_FOLDER, load_online_keys
from guildpost_coordinator.config import Home
from guildpost_shared.clock import SystemClock
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.errors import ConfigurationError

NEXT_FOLDER: Final = "next"
ONLINE_NAMES: Final = ("snapshot", "timestamp", "models")
_PUBLIC_BYTES: Final = 32


class CatalogueAccess:
    """The catalogue of a coordinator's home, opened by a command."""

    def __init__(self, home: Home) -> None:
        """Open it.

        Raises:
            ConfigurationError: ``catalogue_missing``, or the online keys or their passphrase are missing.
        """
        self._folder = home.folder / KEYS_FOLDER
        self._passphrase = read_passphrase(os.environ, ONLINE_CREDENTIAL, ONLINE_VARIABLE)
        self.now = SystemClock().now()
        self.files = RepositoryFiles(home.catalogue)
        self.online = load_online_keys(home, self._passphrase)
        self.repository = TufRepository(self.files, self.online)

    def office(self) -> KeyOffice:
        """Give what writes requests."""
        return KeyOffice(self.files, self.repository, now=self.now)

    def make_next_online(self) -> OnlineKeys:
        """Make the next online keys beside the present ones; those of an earlier request are given up."""
        made = OnlineKeys(*(new_key(OsEntropy()) for _ in ONLINE_NAMES))
        for name in ONLINE_NAMES:
            path = self._folder / NEXT_FOLDER / f"{name}.pem"
            path.unlink(missing_ok=True)
            store_key(path, getattr(made, name).private, self._passphrase)
        return made

    def next_online(self) -> OnlineKeys:
        """Open the next online keys; where one has taken its place already, that one."""
        folders = {
            name: self._folder / NEXT_FOLDER if (self._folder / NEXT_FOLDER / f"{name}.pem").exists() else self._folder
            for name in ONLINE_NAMES
        }
        return OnlineKeys(*(load_key(folders[name] / f"{name}.pem", self._passphrase) for name in ONLINE_NAMES))

    def take_over_next(self) -> None:
        """Put the next online keys in the place of the present ones."""
        for name in ONLINE_NAMES:
            path = self._folder / NEXT_FOLDER / f"{name}.pem"
            if path.exists():
                path.replace(self._folder / path.name)


def read_public(path: Path) -> bytes:
    """Read a public key that ``new-key`` wrote: 32 bytes.

    Raises:
        ConfigurationError: ``catalogue_public_unreadable``.
    """
    try:
        raw = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise ConfigurationError("catalogue_public_unreadable", file=path) from error
    if len(raw) != _PUBLIC_BYTES:
        raise ConfigurationError("catalogue_public_unreadable", file=path)
    return raw
