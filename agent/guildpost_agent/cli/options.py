"""Arguments that several commands share."""

import argparse
from pathlib import Path
from typing import Final

from guildpost_shared.catalog import Catalog, load

WEB_ADDRESS: Final = "web.address"


def add_home(parser: argparse.ArgumentParser) -> None:
    """Declare ``--home``."""
    parser.add_argument("--home", type=Path, required=True, help="Ordner des Agenten · the agent's folder")


def texts_of(arguments: argparse.Namespace) -> Catalog:
    """Load the texts in the terminal's language."""
    return load("guildpost_agent", arguments.lang)


def read_web_address(home: Path) -> str | None:
    """Read where the running agent's pages listen."""
    path = home / WEB_ADDRESS
    return path.read_text("ascii").strip() if path.exists() else None
