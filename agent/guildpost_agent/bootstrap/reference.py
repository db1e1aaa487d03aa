"""The dealership's reference data: the shipped files, or its own in their place."""

from datetime import date

from guildpost_agent.adapters.reference.files import FileReferenceData
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.domain.segments.definitions import Definitions
from guildpost_agent.domain.subjects import FirstFrost


def definitions_of(core: Core) -> Definitions:
    """Give what the segments mean here.

    Raises:
        ConfigurationError: the dealer's own definitions cannot be read.
    """
    return FileReferenceData(core.home).definitions()


def first_frost_of(core: Core) -> FirstFrost:
    """Give when the first frost of an autumn comes at a postcode; nothing where no table knows the place.

    Raises:
        ConfigurationError: the dealer's own tables cannot be read.
    """
    reference = FileReferenceData(core.home)
    places, climate = reference.places(), reference.climate()

    def first_frost(postcode: str, year: int) -> date | None:
        region = places.region_of(postcode)
        return None if region is None else climate.first_frost(region, year)

    return first_frost
