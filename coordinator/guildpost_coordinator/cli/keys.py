"""``guildpost-coordinator keys``: which keys the catalogue names, and how long what they signed is good."""

import argparse
from typing import Final

from guildpost_coordinator.adapters.catalogue_repository.files import RepositoryFiles, newest_root
from guildpost_coordinator.adapters.catalogue_repository.key_documents import TOP_ROLES, fingerprint_of, role_keys
from guildpost_coordinator.cli.catalogue_access import CatalogueAccess
from guildpost_coordinator.config import Home, load_config
from guildpost_shared.catalog import Catalog
from guildpost_shared.catalogue_keys import root_hash

NAME: Final = "keys"


def add_arguments(parser: argparse.ArgumentParser, texts: Catalog) -> None:
    """Take no arguments but the home."""


def run(arguments: argparse.Namespace, texts: Catalog) -> int:
    """Print role, fingerprint, version and term, one line each.

    Raises:
        ConfigurationError: the home or the catalogue is not set up.
    """
    home = Home(arguments.home)
    load_config(home)
    access = CatalogueAccess(home)
    root, top, repository = newest_root(access.files), access.repository.top_targets(), access.repository
    versions = {"root": root, "targets": top, "snapshot": repository.snapshot(), "timestamp": repository.timestamp()}
    print(texts.text("cli.keys.columns"))
    for role in TOP_ROLES:
        print(_line(role, fingerprint_of(root.get_key(root.roles[role].keyids[0])), versions[role]))
    for name, key in role_keys(top).items():
        print(_line(name, fingerprint_of(key), repository.published(name)))
    print(texts.text("cli.keys.first_root", hash=root_hash(_first_root(access.files)).hex()))
    return 0


def _line(role: str, fingerprint: str, signed: object) -> str:
    return f"{role:12} {fingerprint}  {signed.version:>7}  {signed.expires:%Y-%m-%d}"  # type: ignore[attr-defined]  # TUF's and our listings share these two


def _first_root(files: RepositoryFiles) -> bytes:
    return files.metadata("1.root.json") or b""
