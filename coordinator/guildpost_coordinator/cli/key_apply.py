"""``guildpost-coordinator key-apply``: put a signed change of keys into force while the coordinator stands still."""

import argparse
from pathlib import Path
from typing import Final

from guildpost_coordinator.adapters.catalogue_repository.key_change import KeyChange, apply_request
from guildpost_coordinator.adapters.catalogue_repository.key_request import read_request
from guildpost_coordinator.adapters.catalogue_repository.lock import locked
from guildpost_coordinator.cli.catalogue_access import CatalogueAccess
from guildpost_coordinator.cli.key_request import ONLINE
from guildpost_coordinator.config import Home, load_config
from guildpost_shared.catalog import Catalog

NAME: Final = "key-apply"


def add_arguments(parser: argparse.ArgumentParser, texts: Catalog) -> None:
    """Add this command's arguments."""
    parser.add_argument("file", type=Path, help=texts.text("cli.key-sign.file"))


def run(arguments: argparse.Namespace, texts: Catalog) -> int:
    """Check every signature and publish; the same file may be applied again after a crash.

    Raises:
        ConfigurationError: the home is not set up, or the online keys or their passphrase are missing.
        Refused: ``key_request_unreadable``.
        Untrusted: ``key_request_not_agreed``.
        Conflict: ``catalogue_in_use``, ``key_request_unsigned`` or ``key_request_stale``.
    """
    home = Home(arguments.home)
    load_config(home)
    request = read_request(arguments.file)
    with locked(home.folder):
        access = CatalogueAccess(home)
        after = access.next_online() if request.purpose == ONLINE else access.online
        version = apply_request(KeyChange(access.files, access.online, after), request, now=access.now)
        if request.purpose == ONLINE:
            access.take_over_next()
    print(texts.text("cli.key-apply.done", version=version))
    return 0
