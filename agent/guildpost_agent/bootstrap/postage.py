"""What a dealership's postage depends on: its tariffs, its services, its state and its VAT."""

from collections.abc import Iterable

from guildpost_agent.adapters.reference.files import FileReferenceData
from guildpost_agent.app.choose_postage import PostageRules, advertising_services
from guildpost_agent.bootstrap.core import Core
from guildpost_shared.services.definition import ServiceDefinition


def postage_rules(core: Core, services: Iterable[ServiceDefinition]) -> PostageRules:
    """Put the rules together.

    Args:
        core: the agent's foundations.
        services: in force.

    Raises:
        ConfigurationError: the dealer's own tariffs cannot be read.
    """
    return PostageRules(
        tariffs=FileReferenceData(core.home).tariffs(),
        advertising=advertising_services(services),
        state=core.config.dealer.state,
        zone=core.zone,
        vat_counts=not core.config.letters.deducts_vat,
    )
