"""``guildpost-relay admit``: take a dealer in, by the card its agent wrote."""

import argparse
from pathlib import Path

from guildpost_relay.store import RelayStore
from guildpost_shared.answers.cards import read_card
from guildpost_shared.catalog import load
from guildpost_shared.errors import ConfigurationError

HELP = "Autohaus aufnehmen · admit a dealer"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("card", type=Path, metavar="DEALER_CARD.json", help="guildpost-agent relay-card")
    parser.add_argument("--home", type=Path, required=True, help="Ordner des Relays · folder of the relay")


def run(arguments: argparse.Namespace) -> int:
    """Check the card and store it."""
    try:
        data = arguments.card.read_bytes()
    except OSError as error:
        raise ConfigurationError("relay_card_unreadable", path=arguments.card, reason=error.strerror) from error
    card = read_card(data)
    store = RelayStore.open(arguments.home)
    store.admit(card)
    store.close()
    texts = load("guildpost_relay", arguments.lang)
    print(texts.text("relay.cli.admitted", dealer=card.display_name, key=card.key_id.hex()))
    return 0
