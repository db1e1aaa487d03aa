"""The dealership's reference data: the shipped files, or its own in their place."""

from guildpost_agent.adapters.reference.files import FileReferenceData
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.domain.segments.definitions import Definitions


def definitions_of(core: Core) -> Definitions:
    """Give what the segments mean here.

    Raises:
        ConfigurationError: the dealer's own definitions cannot be read.
    """
    return FileReferenceData(core.home).definitions()
