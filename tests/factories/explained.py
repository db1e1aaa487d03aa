"""Everything that a plan holds can be said in both languages: the answer and each of its reasons."""

from collections.abc import Iterable

from guildpost_agent.app.explain_entry import explain_entry
from guildpost_agent.app.ports.unit_of_work import UnitOfWork
from guildpost_agent.app.preview_entries import Entry
from guildpost_shared.catalog import load
from guildpost_shared.services.definition import ServiceDefinition

CATALOGS = (load("guildpost_agent", "de"), load("guildpost_agent", "en"))


def sayable(uow: UnitOfWork, services: Iterable[ServiceDefinition]) -> None:
    """Say every occasion of a stored plan; a sentence that is missing raises."""
    by_id, touchpoints = {service.service_id: service for service in services}, uow.plans.touchpoints()
    for occasion in uow.plans.occasions():
        about = [t for t in touchpoints if occasion.occasion_id in {t.occasion_id, *t.bundled}]
        decision = uow.plans.decision(occasion.occasion_id)
        entry = Entry(occasion.due_date, occasion, decision, about[-1] if about else None)
        for catalog in CATALOGS:
            said = explain_entry(entry, by_id, catalog)
            assert said.headline
            assert said.reasons
