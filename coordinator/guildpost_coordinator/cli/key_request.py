"""``guildpost-coordinator key-request``: write down a change of keys, for everybody who has to sign it."""

import argparse
from pathlib import Path
from typing import Final

from guildpost_coordinator.adapters.catalogue_repository.key_documents import Kept, KeyOffice, public_key, summary
from guildpost_coordinator.adapters.catalogue_repository.key_request import KeyRequest, write_request
from guildpost_coordinator.cli.catalogue_access import CatalogueAccess, read_public
from guildpost_coordinator.config import Home, load_config
from guildpost_shared.catalog import Catalog
from guildpost_shared.catalogue_paths import SIGNER_ROLES
from guildpost_shared.errors import ConfigurationError

NAME: Final = "key-request"
ROOT: Final = "root"
ONLINE: Final = "online"
RENEW: Final = "renew"


def add_arguments(parser: argparse.ArgumentParser, texts: Catalog) -> None:
    """Add this command's arguments."""
    choices = (ROOT, *SIGNER_ROLES, ONLINE, RENEW)
    parser.add_argument("what", choices=choices, help=texts.text("cli.key-request.what"))
    parser.add_argument("--with", dest="new", type=Path, metavar="FILE", help=texts.text("cli.key-request.with"))
    parser.add_argument("--listing", type=_listing, default="keep", help=texts.text("cli.key-request.listing"))
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help=texts.text("cli.key-request.out"))


def run(arguments: argparse.Namespace, texts: Catalog) -> int:
    """Write the request; nothing changes until it is signed and put into force.

    Raises:
        ConfigurationError: the home is not set up, or the new key is missing or unreadable.
        Refused: ``key_request_no_version``.
    """
    home = Home(arguments.home)
    load_config(home)
    access = CatalogueAccess(home)
    request = _request(arguments, access, access.office())
    write_request(arguments.out, request)
    print(texts.text("cli.key-request.done", file=arguments.out))
    print(*summary(request), sep="\n")
    return 0


def _request(arguments: argparse.Namespace, access: CatalogueAccess, office: KeyOffice) -> KeyRequest:
    if arguments.what == RENEW:
        return office.renew()
    if arguments.what == ONLINE:
        keys = access.make_next_online()
        return office.replace_online(keys.snapshot.tuf_key, keys.timestamp.tuf_key, keys.models.tuf_key)
    if arguments.new is None:
        raise ConfigurationError("command_line_missing", what="--with")
    new = public_key(read_public(arguments.new))
    if arguments.what == ROOT:
        return office.replace_root(new)
    return office.replace_role(arguments.what, new, kept=arguments.listing)


def _listing(word: str) -> Kept:
    """Read what a role shall list: ``keep``, ``empty`` or the number of a version."""
    if word == "keep":
        return "keep"
    if word == "empty":
        return "empty"
    if word.isascii() and word.isdecimal():
        return int(word)
    raise ConfigurationError("command_line_value", argument="--listing", problem=word)
