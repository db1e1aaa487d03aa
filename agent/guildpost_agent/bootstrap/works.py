"""The words that tell by a text for which services an appointment is."""

from collections import defaultdict

from guildpost_agent.adapters.offers.files import load_offers
from guildpost_agent.bootstrap.core import Core
from guildpost_agent.bootstrap.member import services_in_force
from guildpost_agent.domain.appointment_works import Works
from guildpost_agent.domain.service_work import works_of
from guildpost_shared.services.work import Work


def works_told(core: Core) -> Works:
    """Give the words that tell services: those of the catalogue in force, and those of the offers."""
    told: defaultdict[str, list[Work]] = defaultdict(list)
    for service_id, work in works_of(services_in_force(core)).items():
        told[service_id].append(work)
    for offer in load_offers(core.home):
        told[offer.service_id].append(offer.work)
    return told
