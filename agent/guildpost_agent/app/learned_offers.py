"""What the brands' catalogues teach about who takes which offer."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

from guildpost_agent.app.list_studies import Reading
from guildpost_agent.app.network_model import propensity_in_force
from guildpost_agent.domain.offers.learned import NOTHING_LEARNED, LearnedOffers
from guildpost_shared.errors import Refused
from guildpost_shared.services.definition import ServiceDefinition
from guildpost_shared.studies.propensity.model import Model


def learned_offers(
    sources: Mapping[str, Reading], services: Callable[[], Iterable[ServiceDefinition]]
) -> LearnedOffers:
    """Read what is learned; a model that cannot be read (a newer program may write such) teaches nothing.

    Args:
        sources: the catalogues by brand.
        services: gives those in force, under local names; asked only where something was learned.
    """
    models: dict[str, Model] = {}
    for brand, source in sources.items():
        with suppress(Refused):
            learned = propensity_in_force(source).learned
            if learned is not None:
                models[brand] = learned
    if not models:
        return NOTHING_LEARNED
    return LearnedOffers(models, {one.service_id: one.learning_class.value for one in services()})
