"""The offers in force here: the set, without those the dealer does not make, with the dealer's own prices."""

from collections.abc import Callable

from guildpost_agent.adapters.offers.files import load_offers
from guildpost_agent.adapters.reference.files import FileReferenceData
from guildpost_agent.app.learned_offers import learned_offers
from guildpost_agent.app.next_best_offers import OfferDesk
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.bootstrap.member import catalogues_of, memberships_of, services_of
from guildpost_agent.domain.offers.fields import BadOffers
from guildpost_agent.domain.offers.learned import NOTHING_LEARNED, LearnedOffers
from guildpost_agent.domain.offers.reading import fill_prices
from guildpost_shared.errors import ConfigurationError


def climate_zones(core: Core) -> Callable[[str], str]:
    """Give the climate zone of a customer's postcode; one that lies nowhere is as the dealer's own."""
    places, own = FileReferenceData(core.home).places(), core.config.dealer.postcode

    def zone(postcode: str) -> str:
        region = places.region_of(postcode) or places.region_of(own)
        return region.zone if region else ""

    return zone


def offer_desk(core: Core, open_uow: OpenUnitOfWork | None = None) -> OfferDesk:
    """Give what finding offers needs; ``open_uow`` reads for it, where it is not the agent's own.

    Raises:
        ConfigurationError: the dealer's own set or prices cannot be read.
    """
    settings, reference = core.config.offers, FileReferenceData(core.home)
    try:
        offers = fill_prices(load_offers(core.home), settings.prices)
    except BadOffers as error:
        raise ConfigurationError("offers_invalid", path=core.home / "agent.toml", reason=str(error)) from None
    return OfferDesk(
        open_uow=open_uow or core.open_uow,
        offers=[offer for offer in offers if offer.offer_id not in settings.without],
        climate=reference.climate(),
        places=reference.places(),
        zone=core.zone,
        postcode=core.config.dealer.postcode,
        learned=_learned(core) if settings.learned else NOTHING_LEARNED,
    )


def _learned(core: Core) -> LearnedOffers:
    """Read what the brands' networks learned about who takes offers; nothing before enrolment."""
    if not memberships_of(core):
        return NOTHING_LEARNED
    catalogues = catalogues_of(core)
    return learned_offers(catalogues.sources, lambda: services_of(catalogues).values())
