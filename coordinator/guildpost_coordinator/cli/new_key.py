"""``guildpost-coordinator new-key``: make a key for a role, or a root key, on the machine of whoever shall keep it."""

import argparse
import os
from pathlib import Path
from typing import Final

from guildpost_coordinator.adapters.catalogue_repository.keys import (
    SIGNER_VARIABLE,
    new_key,
    read_passphrase,
    signer_credential,
    store_key,
)
from guildpost_coordinator.adapters.signing_client.home import FINGERPRINT_FILE, KEY_FILE, PUBLIC_FILE, TLS_KEY_FILE
from guildpost_coordinator.cli.sheet import write_sheet
from guildpost_shared.catalog import Catalog
from guildpost_shared.catalogue_keys import key_fingerprint
from guildpost_shared.catalogue_paths import ASSOCIATION, SIGNER_ROLES
from guildpost_shared.durable_files import replace_file
from guildpost_shared.entropy import OsEntropy
from guildpost_shared.identity.certificate_profile import certificate_request
from guildpost_shared.identity.keys import new_tls_key

NAME: Final = "new-key"
ROOT: Final = "root"
REQUEST_FILE: Final = "tls.csr"


def add_arguments(parser: argparse.ArgumentParser, texts: Catalog) -> None:
    """Add this command's arguments."""
    parser.add_argument("--role", choices=(ROOT, *SIGNER_ROLES), required=True, help=texts.text("cli.new-key.role"))


def run(arguments: argparse.Namespace, texts: Catalog) -> int:
    """Make the key in its own home, with what others need of it; it goes nowhere else.

    Raises:
        ConfigurationError: the passphrase is missing or too short.
        Conflict: ``catalogue_key_exists``.
    """
    home: Path = arguments.home
    role: str = arguments.role
    entropy = OsEntropy()
    passphrase = read_passphrase(os.environ, signer_credential(role), SIGNER_VARIABLE)
    key = new_key(entropy)
    store_key(home / KEY_FILE, key.private, passphrase)
    replace_file(home / PUBLIC_FILE, f"{key.public.hex()}\n".encode("ascii"))
    fingerprint = key_fingerprint(key.public)
    if role == ROOT:
        write_sheet(home, (home / KEY_FILE).read_bytes(), {"cli.sheet.root": fingerprint}, texts)
    else:
        tls_key = new_tls_key(entropy)
        store_key(home / TLS_KEY_FILE, tls_key, passphrase)
        replace_file(home / REQUEST_FILE, certificate_request(tls_key))
    if role == ASSOCIATION:
        replace_file(home / FINGERPRINT_FILE, f"{fingerprint}\n".encode("ascii"))
    print(texts.text("cli.new-key.done", role=role, fingerprint=fingerprint, file=home / PUBLIC_FILE))
    return 0
