"""``guildpost-relay status``: which dealers are admitted and what waits for them."""

import argparse
from pathlib import Path

from guildpost_relay.store import RelayStore
from guildpost_shared.catalog import load

HELP = "Stand anzeigen · show the state"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--home", type=Path, required=True, help="Ordner des Relays · folder of the relay")


def run(arguments: argparse.Namespace) -> int:
    """Print one line per dealer."""
    texts = load("guildpost_relay", arguments.lang)
    store = RelayStore.open(arguments.home)
    dealers = store.dealers()
    store.close()
    print(texts.text("relay.cli.dealers", count=len(dealers)))
    for card, waiting in dealers:
        row = texts.text("relay.cli.dealer", dealer=card.display_name, key=card.key_id.hex(), waiting=waiting)
        print(row)
    return 0
