"""``guildpost-relay admit``: take dealers in, by the cards their agents wrote."""

import argparse
from pathlib import Path

from guildpost_relay.store import RelayStore
from guildpost_shared.answers.cards import read_card
from guildpost_shared.catalog import load
from guildpost_shared.errors import ConfigurationError
from guildpost_shared.os_reasons import os_reason

HELP = "Autohäuser aufnehmen · admit dealers"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("cards", type=Path, nargs="+", metavar="DEALER_CARD.json", help="guildpost-agent relay-card")
    parser.add_argument("--home", type=Path, required=True, help="Ordner des Relays · folder of the relay")


def run(arguments: argparse.Namespace) -> int:
    """Check every card, then store them all."""
    cards = [read_card(_read(path)) for path in arguments.cards]
    store = RelayStore.open(arguments.home)
    texts = load("guildpost_relay", arguments.lang)
    for card in cards:
        store.admit(card)
        print(texts.text("relay.cli.admitted", dealer=card.display_name, key=card.key_id.hex()))
    store.close()
    return 0


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError("relay_card_unreadable", path=path, reason=os_reason(error)) from error
