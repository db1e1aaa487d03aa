"""Where a postcode lies: exactly with a full table of postcodes, else by its Leitregion (the first two digits)."""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from guildpost_agent.domain.regions import states_of

EARTH_RADIUS_KM: Final = 6371.0  # mean radius, IUGG
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

    def distance_km(self, one: str, other: str) -> float | None:
        """Give the great-circle distance of two postcodes in km; None when one of them is unknown.

        Without the full table this is the distance of two Leitregionen: 0 within one, else right to some 30 km.
        """
        here, there = self.region_of(one), self.region_of(other)
        if here is None or there is None:
            return None
        return great_circle_km((here.lat, here.lon), (there.lat, there.lon))

    def town_agrees(self, postcode: str, town: str) -> bool | None:
        """Say whether a town has the postcode; None where no full table or no town can tell.

        "Frankfurt" agrees with "Frankfurt am Main", "Muenchen" with "München".
        """
        if not self.postcodes or not town.strip():
            return None
        given = _plain(town)
        return any(_same_town(given, _plain(place.town)) for place in self.postcodes.get(postcode, ()))


def great_circle_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Give the distance of two points (latitude, longitude in degrees) by the haversine formula, in km."""
    lat_1, lon_1, lat_2, lon_2 = (math.radians(value) for value in (*one, *other))
    half = math.sin((lat_2 - lat_1) / 2) ** 2
    half += math.cos(lat_1) * math.cos(lat_2) * math.sin((lon_2 - lon_1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(min(1.0, math.sqrt(half)))


def _plain(town: str) -> tuple[str, ...]:
    text = town.casefold()
    for letter, spelt in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        text = text.replace(letter, spelt)
    bare = "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))
    return tuple(re.findall(r"[a-z0-9]+", bare))


def _same_town(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return bool(shorter) and longer[: len(shorter)] == shorter
