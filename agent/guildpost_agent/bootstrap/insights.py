"""What comparing with the network needs of the agent, at the command line and on the dealer's page."""

from collections.abc import Callable

from guildpost_agent.app.compare_with_network import Insights, compare_with_network
from guildpost_agent.app.count_for_study import Setting
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.bootstrap.member import Catalogues, services_of
from guildpost_agent.domain.brands import local_name
from guildpost_shared.errors import Language

ServiceName = Callable[[str, str], str]
"""Gives the name of a brand's service for people: brand, signed id."""


def insights_of(core: Core, catalogues: Catalogues, open_uow: OpenUnitOfWork) -> Insights:
    """Compare the dealer's own figures with what every brand's network released.

    Args:
        core: the agent's foundations.
        catalogues: of all brands, as verified last; nothing is fetched.
        open_uow: opens a transaction that only reads.
    """
    setting = Setting(core.zone, tuple(services_of(catalogues).values()))
    today = core.business_clock.now().astimezone(core.zone).date()
    return compare_with_network(open_uow, catalogues.sources, setting, today)


def service_names(catalogues: Catalogues, language: Language) -> ServiceName:
    """Give the names of services as the brands wrote them; one that is not in force keeps its id."""
    known = {service_id: service.name[language] for service_id, service in services_of(catalogues).items()}

    def name(brand: str, service: str) -> str:
        local = local_name(brand, service)
        return known.get(local, local)

    return name
