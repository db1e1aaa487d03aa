"""The dealer's own words in the free slots of the brand's templates: which they are, and whether they fit."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.brands import signed_name
from guildpost_shared.errors import Language
from guildpost_shared.problems import Problem
from guildpost_shared.services.definition import ServiceDefinition, template_targets
from guildpost_shared.templates.manifest import Manifest, parse_manifest
from guildpost_shared.templates.own_links import own_hosts
from guildpost_shared.templates.slots import SlotOwner, SlotSpec

FILLED_ELSEWHERE = frozenset({"notice"})
"""Slots that a message's own list fills, not the settings."""


@dataclass(frozen=True)
class Filling:
    """One free slot of one template, what the settings fill in (empty: nothing), and what is wrong with that."""

    service_id: str
    template_id: str
    slot: SlotSpec
    value: str
    problem: Problem | None


@dataclass(frozen=True)
class Fillings:
    """All free slots of the services that run, and names in the settings that no template knows."""

    rows: tuple[Filling, ...]
    unknown: tuple[str, ...]

    @property
    def fit(self) -> bool:
        """Whether every message can be filled."""
        return not self.unknown and all(row.problem is None for row in self.rows)


def fillings(config: AgentConfig, service_id: str) -> dict[str, str]:
    """Give the dealer's words for one service's messages: its own before those for all services."""
    own = config.services.settings.get(service_id)
    return {**config.slots, **(own.slots if own else {})}


def list_fillings(
    services: Iterable[ServiceDefinition], read: Callable[[str], bytes], config: AgentConfig, language: Language
) -> Fillings:
    """Compare the settings with the templates in force.

    Args:
        services: those that the dealer runs.
        read: gives a target of the catalogue.
        config: the dealer's settings.
        language: in which customers are written to.

    Raises:
        Refused: a template cannot be read.
    """
    rows: list[Filling] = []
    unknown: list[str] = []
    general: set[str] = set()
    for service in services:
        found = [row for one in _manifests(service, read, language) for row in _of_template(service, *one, config)]
        names = {row.slot.name for row in found}
        own = config.services.settings.get(service.service_id)
        unknown += [
            f"services.settings.{service.service_id}.slots.{name}"
            for name in (own.slots if own else ())
            if name not in names
        ]
        general |= names
        rows += found
    unknown += [f"slots.{name}" for name in config.slots if name not in general]
    return Fillings(tuple(rows), tuple(unknown))


def _manifests(
    service: ServiceDefinition, read: Callable[[str], bytes], language: Language
) -> Iterator[tuple[str, Manifest]]:
    for use in service.channels:
        template_id = use.templates.get(language)
        if template_id:
            yield template_id, parse_manifest(read(template_targets(template_id)[0]), signed_name(template_id))


def _of_template(
    service: ServiceDefinition, template_id: str, manifest: Manifest, config: AgentConfig
) -> Iterator[Filling]:
    words, own = fillings(config, service.service_id), own_hosts(config.dealer.website, config.mail.own_domains)
    for slot in manifest.slots:
        if slot.owner is SlotOwner.BRAND:
            continue
        value = words.get(slot.name, "")
        problem = slot.problem(value, manifest.language, own)
        if problem is None and slot.required and not slot.filled(value) and slot.name not in FILLED_ELSEWHERE:
            problem = Problem("missing")
        yield Filling(service.service_id, template_id, slot, value, problem)
