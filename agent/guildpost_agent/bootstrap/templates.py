"""Templates of the verified catalogue, ready to be filled."""

from collections.abc import Iterable

from guildpost_agent.adapters.templates.store import CatalogueTemplates
from guildpost_agent.app.brand_catalogues import CatalogueReading
from guildpost_agent.app.dealership import enabled_services
from guildpost_agent.app.outbox_steps import Recalled
from guildpost_agent.bootstrap.core import Core
from guildpost_shared.services.definition import Channel, ServiceDefinition, template_targets


def templates_of(core: Core, catalogue: CatalogueReading) -> CatalogueTemplates:
    """Open the compiled templates."""
    return CatalogueTemplates(catalogue, core.home / "templates")


def recalled_in(catalogue: CatalogueReading) -> Recalled:
    """Give the question whether a message's service or template has left the catalogue since the message was begun.

    The catalogue's state on disk answers, so that a recall is seen by every process as soon as one has fetched it.
    """

    def recalled(service_id: str, template_id: str) -> bool:
        service = f"services/{service_id}.json"
        parts = template_targets(template_id)
        return service not in catalogue.list(service) or not set(parts) <= set(
            catalogue.list(f"templates/{template_id}.")
        )

    return recalled


def mail_template_ids(core: Core, services: Iterable[ServiceDefinition]) -> list[str]:
    """List the mail templates of the services that the dealer runs; the catalogue holds more."""
    uses = [service.channel(Channel.EMAIL) for service in enabled_services(services, core.config)]
    return sorted({template for use in uses if use for template in use.templates.values()})
