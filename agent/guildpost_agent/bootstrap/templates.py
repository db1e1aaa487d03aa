"""Templates of the verified catalogue, ready to be filled."""

from collections.abc import Iterable

from guildpost_agent.adapters.templates.store import CatalogueTemplates
from guildpost_agent.app.dealership import enabled_services
from guildpost_agent.app.ports.catalogue_source import CatalogueSource
from guildpost_agent.bootstrap.core import Core
from guildpost_shared.services.definition import Channel, ServiceDefinition


def templates_of(core: Core, catalogue: CatalogueSource) -> CatalogueTemplates:
    """Open the compiled templates."""
    return CatalogueTemplates(catalogue, core.home / "templates")


def mail_template_ids(core: Core, services: Iterable[ServiceDefinition]) -> list[str]:
    """List the mail templates of the services that the dealer runs; the catalogue holds more."""
    uses = [service.channel(Channel.EMAIL) for service in enabled_services(services, core.config)]
    return sorted({template for use in uses if use for template in use.templates.values()})
