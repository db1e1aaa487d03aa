"""Arguments that several commands share."""

import argparse
from pathlib import Path

from guildpost_shared.catalog import Catalog, load


def add_home(parser: argparse.ArgumentParser) -> None:
    """Declare ``--home``."""
    parser.add_argument("--home", type=Path, required=True, help="Ordner des Agenten · the agent's folder")


def texts_of(arguments: argparse.Namespace) -> Catalog:
    """Load the texts in the terminal's language."""
    return load("guildpost_agent", arguments.lang)
