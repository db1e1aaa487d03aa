"""``guildpost-agent relay-card``: write the dealer's public card for the relay to standard output."""

import argparse
import sys

from guildpost_agent.app.make_relay_card import make_relay_card
from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.bootstrap.member import membership_of
from guildpost_agent.cli.options import add_home
from guildpost_shared.identity.keys import load_sealing_key

HELP = "Öffentliche Karte für das Relay ausgeben · print the public card for the relay"
DEFAULT_COLOUR = "#0b5c6b"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    parser.add_argument("--colour", default=DEFAULT_COLOUR, metavar="#rrggbb", help="Markenfarbe · brand colour")


def run(arguments: argparse.Namespace) -> int:
    """Print the card (it holds public keys and the imprint only)."""
    core = open_core(arguments.home)
    dealer = core.config.dealer
    card = make_relay_card(
        core.gate,
        display_name=dealer.name,
        brand_colour=arguments.colour,
        imprint=f"{dealer.legal_name}, {dealer.street}, {dealer.postcode} {dealer.town}, {dealer.phone}",
        website=dealer.website,
        relay_key=core.keys.relay,
        sealing_key=load_sealing_key(membership_of(core).sealing_key),
    )
    sys.stdout.buffer.write(card)
    return 0
