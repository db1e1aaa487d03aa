"""Say of one entry of a preview in plain words whether it is written about, and why: answer first, then the chain."""

from collections.abc import Callable, Iterator, Mapping

from guildpost_agent.app.explain import Explanation, explain_reasons, say
from guildpost_agent.app.preview_entries import Entry
from guildpost_agent.domain.exclusions import Facts
from guildpost_agent.domain.placing import due_code
from guildpost_agent.domain.records import Decision, Occasion
from guildpost_shared.catalog import Catalog
from guildpost_shared.services.definition import ServiceDefinition

_OF_THE_LEADER = ("due_", "lead_")
"""Reasons of a message that are about its leading occasion only."""


def explain_entry(
    entry: Entry, services: Mapping[str, ServiceDefinition], catalog: Catalog, vehicle: Callable[[str], str] = str
) -> Explanation:
    """Say why an occasion is written about, carried along or left out.

    Args:
        entry: of a preview.
        services: for names and the words of what is due.
        catalog: the language.
        vehicle: says which vehicle a number means.
    """
    due = tuple(_due(entry.occasion, services, catalog))
    touchpoint, decision = entry.touchpoint, entry.decision
    if touchpoint is None:
        if decision is None:
            return Explanation(kept=False, headline=catalog.text("plan.undecided"), reasons=due)
        headline = say(catalog, f"plan.refused.{decision.reason}", decision.facts)
        return Explanation(kept=False, headline=headline, reasons=(*due, *_facts(decision, catalog)))
    if entry.leads:
        return Explanation(kept=True, headline=catalog.text("plan.kept"), reasons=explain_reasons(touchpoint, catalog))
    leader = service_name(touchpoint.service_id, services, catalog)
    if touchpoint.vehicle_id != entry.occasion.vehicle_id:
        leader = catalog.text("plan.leader", service=leader, vehicle=vehicle(touchpoint.vehicle_id))
    shared = (one for one in touchpoint.reasons if not str(one["code"]).startswith(_OF_THE_LEADER))
    reasons = (*due, *(say(catalog, f"plan.reason.{one['code']}", one) for one in shared))
    return Explanation(kept=True, headline=catalog.text("plan.bundled", leader=leader), reasons=reasons)


def service_name(service_id: str, services: Mapping[str, ServiceDefinition], catalog: Catalog) -> str:
    """Name a service; one that the dealer no longer runs by its id."""
    service = services.get(service_id)
    return service_id if service is None else service.name[catalog.language]


def _due(occasion: Occasion, services: Mapping[str, ServiceDefinition], catalog: Catalog) -> Iterator[str]:
    service = services.get(occasion.service_id)
    if service is not None:
        facts: Facts = {"due": occasion.due_date.isoformat()}
        yield say(catalog, f"plan.reason.{due_code(service, occasion.source)}", facts)


def _facts(decision: Decision, catalog: Catalog) -> Iterator[str]:
    """Say what the refusal's own sentence leaves out, as far as the decision knows it."""
    for name, value in sorted(decision.facts.items()):
        sentence = f"plan.fact.{decision.reason}.{name}"
        if value and sentence in catalog.ids():
            yield say(catalog, sentence, decision.facts)
