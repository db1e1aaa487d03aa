"""``guildpost-relay init``: make an empty relay."""

import argparse
from pathlib import Path

from guildpost_relay.store import RelayStore
from guildpost_shared.catalog import load

HELP = "Relay anlegen · create a relay"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--home", type=Path, required=True, help="Ordner des Relays · folder of the relay")


def run(arguments: argparse.Namespace) -> int:
    """Make the folder and its file; an existing relay is kept."""
    RelayStore.create(arguments.home).close()
    print(load("guildpost_relay", arguments.lang).text("relay.cli.created", home=arguments.home))
    return 0
