"""The texts of one user interface in one language, with the shared ones behind them."""

from typing import Final

from guildpost_shared.catalog import load
from guildpost_shared.errors import Language

SHARED: Final = "guildpost_shared.web"


class Texts:
    """The texts of a package, and the shared ones where it has none of that name."""

    def __init__(self, package: str, language: Language) -> None:
        self._catalogs = (load(package, language), load(SHARED, language))

    def has(self, message_id: str) -> bool:
        """Say whether a text exists."""
        return any(message_id in catalog.ids() for catalog in self._catalogs)

    def text(self, message_id: str, **params: object) -> str:
        """Return a text with its placeholders filled."""
        own, shared = self._catalogs
        return (own if message_id in own.ids() else shared).text(message_id, **params)

    def label(self, prefix: str, value: str) -> str:
        """Return the text ``prefix.value``, or the bare value where there is none (data from the catalogue)."""
        message_id = f"{prefix}.{value}"
        return self.text(message_id) if self.has(message_id) else value
