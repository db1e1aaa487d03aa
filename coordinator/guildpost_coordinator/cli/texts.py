"""The command line's own texts."""

from guildpost_shared.catalog import Catalog, load
from guildpost_shared.errors import Language

PACKAGE = "guildpost_coordinator.cli"


def texts_in(language: Language) -> Catalog:
    """Load the command line's texts."""
    return load(PACKAGE, language)
