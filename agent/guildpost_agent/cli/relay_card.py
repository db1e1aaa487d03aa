"""``guildpost-agent relay-card``: write the dealer's public card for the relay to standard output."""

import argparse
import sys

from guildpost_agent.bootstrap.core import open_core
from guildpost_agent.bootstrap.relay_card import relay_card
from guildpost_agent.cli.options import add_home

HELP = "Öffentliche Karte für das Relay ausgeben · print the public card for the relay"
DEFAULT_COLOUR = "#0b5c6b"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    add_home(parser)
    parser.add_argument("--colour", default=DEFAULT_COLOUR, metavar="#rrggbb", help="Markenfarbe · brand colour")


def run(arguments: argparse.Namespace) -> int:
    """Print the card (it holds public keys and the imprint only)."""
    sys.stdout.buffer.write(relay_card(open_core(arguments.home), arguments.colour))
    return 0
