"""Which brand writes about which vehicle: every make belongs to one brand, so that two never write about one vehicle.

A vehicle of a make that is listed for no further brand belongs to the first one. Makes are compared without case,
accents, spaces and signs: ``ŠKODA`` in the DMS is the ``Skoda`` of the configuration.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from guildpost_agent.domain.brands import FIRST, brand_of
from guildpost_agent.domain.records import Vehicle


@lru_cache(maxsize=1024)
def plain_make(make: str) -> str:
    """Give a make as it is compared."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", make).casefold() if sign.isalnum())


@dataclass(frozen=True)
class Territories:
    """The makes of the further brands; without any, everything is the first brand's."""

    makes: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, listed: Mapping[str, Iterable[str]]) -> "Territories":
        """Read by brand the makes that the dealer listed."""
        return cls({plain_make(make): brand for brand, makes in listed.items() for make in makes})

    def brand_of(self, vehicle: Vehicle) -> str:
        """Say which brand writes about a vehicle."""
        return self.makes.get(plain_make(vehicle.make), FIRST)

    def meant(self, service_id: str) -> Callable[[Vehicle], bool] | None:
        """Give the question whether a service's brand writes about a vehicle; None where it writes about every one."""
        brand = brand_of(service_id)
        if brand == FIRST and not self.makes:
            return None
        return lambda vehicle: self.brand_of(vehicle) == brand


EVERYWHERE = Territories()
"""One brand, and every vehicle is its own."""
