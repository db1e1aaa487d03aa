"""``guildpost-coordinator key-sign``: read a change of keys, and sign it; needs no connection and no coordinator."""

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from guildpost_coordinator.adapters.catalogue_repository.key_documents import check_request, summary
from guildpost_coordinator.adapters.catalogue_repository.key_request import read_request, write_request
from guildpost_coordinator.adapters.catalogue_repository.keys import (
    SIGNER_VARIABLE,
    load_key,
    read_passphrase,
    signer_credential,
)
from guildpost_coordinator.adapters.signing_client.home import KEY_FILE
from guildpost_shared.catalog import Catalog
from guildpost_shared.catalogue_paths import SIGNER_ROLES
from guildpost_shared.errors import ConfigurationError, Refused

NAME: Final = "key-sign"


def add_arguments(parser: argparse.ArgumentParser, texts: Catalog) -> None:
    """Add this command's arguments."""
    parser.add_argument("file", type=Path, help=texts.text("cli.key-sign.file"))
    parser.add_argument("--role", choices=("root", *SIGNER_ROLES), required=True, help=texts.text("cli.key-sign.role"))
    parser.add_argument("--approve", choices=("all", "ask"), default="ask", help=texts.text("cli.signer.approve"))


def run(arguments: argparse.Namespace, texts: Catalog) -> int:
    """Show what the request brings about, ask, and add this key's signatures to the file.

    Raises:
        Refused: ``key_request_unreadable``, ``key_request_other_key`` or ``proposal_declined``.
        Untrusted: ``key_request_not_agreed``.
        ConfigurationError: the key or its passphrase is missing, or nobody is at the terminal.
    """
    passphrase = read_passphrase(os.environ, signer_credential(arguments.role), SIGNER_VARIABLE)
    key = load_key(arguments.home / KEY_FILE, passphrase)
    request = read_request(arguments.file)
    check_request(request)
    signed = request.sign(key)
    print(texts.text("cli.key-sign.shows", purpose=request.purpose), *summary(request), sep="\n")
    if arguments.approve == "ask" and not agreed(texts, input):
        raise Refused("proposal_declined", role=arguments.role)
    write_request(arguments.file, signed)
    missing = ", ".join(keyid[:16] for keyid in signed.missing)
    print(texts.text("cli.key-sign.more", missing=missing) if missing else texts.text("cli.key-sign.complete"))
    return 0


def agreed(texts: Catalog, ask: Callable[[str], str]) -> bool:
    """Ask the person at the terminal; only a clear yes is one.

    Raises:
        ConfigurationError: ``signer_no_terminal``.
    """
    try:
        return ask(texts.text("cli.signer.question")).strip().lower() in {"j", "ja", "y", "yes"}
    except EOFError as error:
        raise ConfigurationError("signer_no_terminal") from error
