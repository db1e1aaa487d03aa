"""Arguments that several commands share."""

import argparse
from pathlib import Path
from typing import Final

from guildpost_agent.domain.brands import FIRST
from guildpost_shared.catalog import Catalog, load

WEB_ADDRESS: Final = "web.address"


def add_home(parser: argparse.ArgumentParser) -> None:
    """Declare ``--home``."""
    parser.add_argument("--home", type=Path, required=True, help="Ordner des Agenten · the agent's folder")


def add_brand(parser: argparse.ArgumentParser) -> None:
    """Declare ``--brand``; left out, it is the first one."""
    parser.add_argument("--brand", default=FIRST, help="Ihr Name einer weiteren Marke · your name of a further brand")


def texts_of(arguments: argparse.Namespace) -> Catalog:
    """Load the texts in the terminal's language."""
    return load("guildpost_agent", arguments.lang)


def brand_name(brand: str, texts: Catalog) -> str:
    """Say which brand is meant, where there are several."""
    return texts.text("cli.brand.named", brand=brand) if brand else texts.text("cli.brand.first")


def read_web_address(home: Path) -> str | None:
    """Read where the running agent's pages listen."""
    path = home / WEB_ADDRESS
    return path.read_text("ascii").strip() if path.exists() else None
