"""Where a postcode lies: exactly with a full table of postcodes, else by its Leitregion (the first two digits)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from guildpost_agent.domain.regions import states_of

_POSTCODE: Final = re.compile(r"[0-9]{5}")


@dataclass(frozen=True)
class Leitregion:
    """The largest town of a two-digit region with its rounded coordinates (degrees), and the region's climate zone."""

    code: str
    town: str
    lat: float
    lon: float
    zone: str


@dataclass(frozen=True)
class Place:
    """One town of a postcode; ``state`` is its two-letter code, coordinates in degrees (WGS 84)."""

    postcode: str
    town: str
    state: str
    lat: float
    lon: float


@dataclass(frozen=True)
class Region:
    """Where a postcode lies.

    Attributes:
        states: federal states it may lie in; exactly one where the full table knows the postcode.
        lat: degrees north; lon: degrees east.
        exact: from the full table, not the Leitregion's largest town.
    """

    postcode: str
    leitregion: str
    states: frozenset[str]
    lat: float
    lon: float
    zone: str
    exact: bool


@dataclass(frozen=True)
class Places:
    """Both tables; ``postcodes`` is empty where no full table was laid beside."""

    regions: Mapping[str, Leitregion]
    postcodes: Mapping[str, Sequence[Place]]

    def region_of(self, postcode: str) -> Region | None:
        """Say where a German postcode lies; None for one that cannot exist."""
        code = postcode[:2]
        region = self.regions.get(code)
        if _POSTCODE.fullmatch(postcode) is None or region is None:
            return None
        places = self.postcodes.get(postcode, ())
        if not places:
            return Region(postcode, code, states_of(postcode), region.lat, region.lon, region.zone, exact=False)
        return Region(
            postcode,
            code,
            frozenset(place.state for place in places),
            sum(place.lat for place in places) / len(places),
            sum(place.lon for place in places) / len(places),
            region.zone,
            exact=True,
        )
