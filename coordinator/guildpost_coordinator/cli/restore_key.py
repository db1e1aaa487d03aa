"""``guildpost-coordinator restore-key``: type a key in from its recovery sheet."""

import argparse
import os
from pathlib import Path
from typing import Final

from guildpost_coordinator.adapters.catalogue_repository.keys import (
    SIGNER_VARIABLE,
    load_key,
    read_passphrase,
    signer_credential,
    store_key,
)
from guildpost_coordinator.adapters.catalogue_repository.paper import from_paper
from guildpost_coordinator.adapters.signing_client.home import KEY_FILE, PUBLIC_FILE
from guildpost_shared.catalog import Catalog
from guildpost_shared.catalogue_keys import key_fingerprint
from guildpost_shared.durable_files import replace_file

NAME: Final = "restore-key"
TYPED_FILE: Final = "typed.pem"


def add_arguments(parser: argparse.ArgumentParser, texts: Catalog) -> None:
    """Add this command's arguments."""
    parser.add_argument("sheet", type=Path, help=texts.text("cli.restore-key.sheet"))


def run(arguments: argparse.Namespace, texts: Catalog) -> int:
    """Read the typed lines, open the key with its passphrase, and store it in an empty home.

    Raises:
        Refused: ``paper_line_wrong``.
        ConfigurationError: the passphrase is missing or wrong.
        Conflict: ``catalogue_key_exists``.
    """
    home: Path = arguments.home
    passphrase = read_passphrase(os.environ, signer_credential("root"), SIGNER_VARIABLE)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    typed = home / TYPED_FILE
    try:
        replace_file(typed, from_paper(arguments.sheet.read_text("utf-8")), mode=0o600)
        key = load_key(typed, passphrase)
    finally:
        typed.unlink(missing_ok=True)
    store_key(home / KEY_FILE, key.private, passphrase)
    replace_file(home / PUBLIC_FILE, f"{key.public.hex()}\n".encode("ascii"))
    print(texts.text("cli.restore-key.done", fingerprint=key_fingerprint(key.public), file=home / KEY_FILE))
    return 0
