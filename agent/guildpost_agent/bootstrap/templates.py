"""Templates of the verified catalogue, ready to be filled."""

from guildpost_agent.adapters.templates.store import CatalogueTemplates
from guildpost_agent.app.ports.catalogue_source import CatalogueSource
from guildpost_agent.bootstrap.core import Core
from guildpost_shared.services.definition import Channel, ServiceDefinition


def templates_of(core: Core, catalogue: CatalogueSource) -> CatalogueTemplates:
    """Open the compiled templates."""
    return CatalogueTemplates(catalogue, core.home / "templates")


def mail_template_ids(services: dict[str, ServiceDefinition]) -> list[str]:
    """List the mail templates that the services name."""
    uses = [service.channel(Channel.EMAIL) for service in services.values()]
    return sorted({template for use in uses if use for template in use.templates.values()})
