"""Compare what two configurations would plan, on the same data and with the same draws; nothing of either is stored.

only here, only there   one of them writes about the occasion, the other does not
moved                   both write, on another day or by another channel
reasons                 both write on the same day, or neither does, and the grounds differ
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.app.preview_entries import Entry, entries_of
from guildpost_agent.app.preview_plan import Preview, preview_plan
from guildpost_agent.app.taught import NOTHING_TAUGHT, Taught
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.preview_scope import Scope
from guildpost_agent.domain.records import Channel
from guildpost_agent.domain.subjects import FirstFrost, no_frost
from guildpost_shared.services.definition import ServiceDefinition


class Kind(StrEnum):
    """How two plans differ about one occasion."""

    ONLY_HERE = "only_here"
    ONLY_THERE = "only_there"
    MOVED = "moved"
    REASONS = "reasons"


@dataclass(frozen=True)
class Change:
    """One difference; a side is None where its plan does not know the occasion."""

    kind: Kind
    here: Entry | None
    there: Entry | None

    @property
    def shown(self) -> Entry:
        """The side that tells day, vehicle and service."""
        writes = [one for one in (self.here, self.there) if one is not None and one.touchpoint is not None]
        found = writes[0] if writes else self.here or self.there
        if found is None:
            raise ValueError(self.kind)
        return found

    @property
    def order(self) -> tuple[int, date, str, str, str]:
        """By kind, day, vehicle, service and occasion."""
        one = self.shown
        occasion = one.occasion
        return list(Kind).index(self.kind), one.day, occasion.vehicle_id, occasion.service_id, occasion.occasion_id


@dataclass(frozen=True)
class Comparison:
    """Both plans in the same scope, and every difference in it."""

    here: Preview
    there: Preview
    changes: tuple[Change, ...] = field(repr=False)


def compare_plans(
    open_uow: OpenUnitOfWork,
    services: Iterable[ServiceDefinition],
    configs: tuple[AgentConfig, AgentConfig],
    now: datetime,
    scope: Scope,
    *,
    afresh: bool = False,
    first_frost: FirstFrost = no_frost,
    taught: Taught = NOTHING_TAUGHT,
) -> Comparison:
    """Rehearse both plans and list the differences.

    Args:
        open_uow: opens a transaction.
        services: what the catalogue offers.
        configs: the dealer's settings, and the other ones.
        now: the business clock.
        scope: which days, and whose; what moves in or out of it counts.
        afresh: as if nothing were planned yet; otherwise what is planned already stays where it is in both.
        first_frost: of a postcode and year.
        taught: what the brands' catalogues teach about lead times and slots.

    Raises:
        Refused: see ``preview_plan``.
    """
    offered = tuple(services)
    here, there = (
        preview_plan(open_uow, offered, config, now, scope, afresh=afresh, first_frost=first_frost, taught=taught)
        for config in configs
    )
    left, right = _by_occasion(here), _by_occasion(there)
    within = {entry.occasion.occasion_id for preview in (here, there) for entry in preview.entries}
    changes = (_change(left.get(one), right.get(one)) for one in within)
    return Comparison(
        here, there, tuple(sorted((one for one in changes if one is not None), key=lambda one: one.order))
    )


def _by_occasion(preview: Preview) -> dict[str, Entry]:
    """Give of every occasion its last message, or the refusal."""
    found: dict[str, Entry] = {}
    for entry in entries_of(preview.plan, preview.scope):
        known = found.get(entry.occasion.occasion_id)
        if known is None or entry.touchpoint is not None:
            found[entry.occasion.occasion_id] = entry
    return found


def _change(here: Entry | None, there: Entry | None) -> Change | None:
    mine, theirs = _place(here), _place(there)
    if mine is not None and theirs is not None:
        if mine != theirs:
            return Change(Kind.MOVED, here, there)
        return Change(Kind.REASONS, here, there) if _grounds(here) != _grounds(there) else None
    if mine is not None:
        return Change(Kind.ONLY_HERE, here, there)
    if theirs is not None:
        return Change(Kind.ONLY_THERE, here, there)
    both = here is not None and there is not None
    return Change(Kind.REASONS, here, there) if both and _grounds(here) != _grounds(there) else None


def _place(entry: Entry | None) -> tuple[date, Channel] | None:
    if entry is None or entry.touchpoint is None:
        return None
    return entry.touchpoint.planned_at.date(), entry.touchpoint.channel


def _grounds(entry: Entry | None) -> object:
    """Give what an entry rests on, whoever's message it is."""
    if entry is None:
        return None
    if entry.touchpoint is None:
        return entry.decision and (entry.decision.reason, entry.decision.facts)
    return entry.leads, entry.touchpoint.service_id, entry.touchpoint.reasons
