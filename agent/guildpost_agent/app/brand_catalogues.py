"""The catalogues of all brands as one, everything under its local name (``domain.brands``)."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from typing import Generic, Protocol, TypeVar

from guildpost_agent.app.ports.catalogue_source import CatalogueSource
from guildpost_agent.domain.brands import local_path, signed_path
from guildpost_agent.domain.catalogue import may_send
from guildpost_shared.errors import Refused


class CatalogueReading(Protocol):
    """What of a catalogue is read under local names; a brand's own is one, too."""

    def list(self, prefix: str) -> tuple[str, ...]:
        """List what is in force."""
        ...

    def read(self, path: str, /) -> bytes:
        """Give what is in force; errors as ``CatalogueSource.read``."""
        ...


_Source = TypeVar("_Source", bound=CatalogueSource)


class BrandCatalogues(Generic[_Source]):
    """What every brand has in force; a path's local name says whose it is.

    A brand that has never been fetched, or whose copy is damaged, takes nothing from the others.
    """

    def __init__(self, sources: Mapping[str, _Source]) -> None:
        """Take the catalogues by brand, the first brand's under its empty name."""
        self.sources = sources

    def list(self, prefix: str) -> tuple[str, ...]:
        """List the local names in force that start with a prefix, sorted."""
        kind, _, rest = prefix.partition("/")
        if "/" in rest or "." in rest:  # the prefix says whose it is
            brand, path = signed_path(prefix)
            asked = {brand: path} if brand in self.sources else {}
        else:
            asked = dict.fromkeys(self.sources, kind)
        names = (local_path(brand, path) for brand, start in asked.items() for path in self.sources[brand].list(start))
        return tuple(sorted(name for name in names if name is not None and name.startswith(prefix)))

    def read(self, local: str) -> bytes:
        """Give what is in force under a local name; errors as ``CatalogueSource.read``."""
        brand, path = signed_path(local)
        source = self.sources.get(brand)
        if source is None or local_path(brand, path) != local:
            raise Refused("catalogue_unknown_path", path=local)
        return source.read(path)

    def contents(self, prefix: str) -> dict[str, bytes]:
        """Give everything in force under a prefix, by local name; what a brand takes out meanwhile is left out."""
        found: dict[str, bytes] = {}
        for name in self.list(prefix):
            with suppress(Refused):
                found[name] = self.read(name)
        return found

    def resting(self) -> AbstractSet[str]:
        """Name the brands from whose catalogues nothing may be sent: never fetched, or too old."""
        ages = {brand: source.age() for brand, source in self.sources.items()}
        return {brand for brand, age in ages.items() if age is None or not may_send(age)}
