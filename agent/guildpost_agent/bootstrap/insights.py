"""What comparing with the network needs of the agent, at the command line and on the dealer's page."""

from datetime import date

from guildpost_agent.app.compare_with_network import compare_with_network, released_by
from guildpost_agent.app.count_for_study import Setting
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.bootstrap.member import Catalogues, services_of
from guildpost_agent.domain.brands import local_name
from guildpost_agent.web.desk import InsightDesk, ServiceName
from guildpost_shared.errors import Language


def insight_desk(
    core: Core, catalogues: Catalogues, open_uow: OpenUnitOfWork, as_of: date | None = None
) -> InsightDesk:
    """Give what was released, and what compares it with the dealer's own.

    Args:
        core: the agent's foundations.
        catalogues: of all brands, as verified last; nothing is fetched.
        open_uow: opens a transaction that only reads.
        as_of: the day from which is looked; the dealer's own today where it is None.
    """

    def setting() -> Setting:
        services = tuple(services_of(catalogues).values())
        return Setting(core.zone, services, unlearned=core.config.services.without_learned_times)

    def today() -> date:
        return as_of or core.business_clock.now().astimezone(core.zone).date()

    return InsightDesk(
        released=lambda: released_by(catalogues.sources, today()),
        compare=lambda of: compare_with_network(open_uow, of, setting(), today()),
        service_names=lambda language: _service_names(catalogues, language),
    )


def _service_names(catalogues: Catalogues, language: Language) -> ServiceName:
    """Give the names of services as the brands wrote them; one that is not in force keeps its id."""
    known = {service_id: service.name[language] for service_id, service in services_of(catalogues).items()}

    def name(brand: str, service: str) -> str:
        local = local_name(brand, service)
        return known.get(local, local)

    return name
