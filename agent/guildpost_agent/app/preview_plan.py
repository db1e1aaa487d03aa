"""Show what would be planned: the messages met or sent between two days, and who gets none, and why.

A rehearsal (``rehearse_plan``) is cut to a scope. A message belongs to it with the day on which it leaves or, where
that lies outside, the day on which it is met; a refusal belongs to it when one of the service's windows does.
Follow-ups of messages that are themselves only planned are not in it: a sequence goes on when its message has left.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from guildpost_agent.app.dealership import zone_of
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.app.preview_entries import Entry, entries_of, lies_within, standing_of
from guildpost_agent.app.rehearse_plan import Rehearsal, rehearse_plan
from guildpost_agent.app.taught import NOTHING_TAUGHT, Taught
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.placing import contact_of
from guildpost_agent.domain.planning import HORIZON_DAYS
from guildpost_agent.domain.preview_scope import Scope, Standing
from guildpost_agent.domain.records import Channel
from guildpost_agent.domain.subjects import FirstFrost, no_frost
from guildpost_shared.errors import Refused
from guildpost_shared.services.definition import ServiceDefinition

Cell = tuple[date, str, Channel]


@dataclass(frozen=True)
class Preview:
    """What a scope holds.

    Attributes:
        messages: by day, service and channel.
        standing: how many of them are new, planned before, or left.
        carried: occasions that go along with another's message, by service.
        letter_cents: expected cost of the letters that leave between the days.
        refused: occasions without a message, by reason.
        entries: all of it one by one, by vehicle and day.
    """

    plan: Rehearsal
    scope: Scope
    messages: dict[Cell, int] = field(repr=False)
    standing: dict[Standing, int]
    carried: dict[str, int]
    letter_cents: int
    refused: dict[str, int]
    entries: tuple[Entry, ...] = field(repr=False)


def preview_plan(
    open_uow: OpenUnitOfWork,
    services: Iterable[ServiceDefinition],
    config: AgentConfig,
    now: datetime,
    scope: Scope,
    *,
    afresh: bool = False,
    first_frost: FirstFrost = no_frost,
    taught: Taught = NOTHING_TAUGHT,
) -> Preview:
    """Rehearse the plan, far enough ahead for the scope; nothing is stored.

    Args:
        open_uow: opens a transaction.
        services: what the catalogue offers.
        config: the dealer's settings.
        now: the business clock.
        scope: which days, and whose.
        afresh: as if nothing were planned yet.
        first_frost: of a postcode and year.
        taught: what the brands' catalogues teach about lead times and slots.

    Raises:
        Refused: ``plan_days_reversed``, ``plan_days_too_far``, ``service_not_in_force``, ``service_not_run``,
            ``vehicle_unknown`` or ``customer_unknown``.
    """
    offered = tuple(services)
    horizon = horizon_for(open_uow, offered, config, now, scope)
    plan = rehearse_plan(
        open_uow, offered, config, now, horizon_days=horizon, afresh=afresh, first_frost=first_frost, taught=taught
    )
    return cut(plan, scope)


def horizon_for(
    open_uow: OpenUnitOfWork,
    services: Iterable[ServiceDefinition],
    config: AgentConfig,
    now: datetime,
    scope: Scope,
) -> int:
    """Say how many days ahead a rehearsal must see for a scope.

    Raises:
        Refused: as ``preview_plan``.
    """
    today = now.astimezone(zone_of(config)).date()
    scope.check(today)
    _require_known(open_uow, services, config, scope)
    return max(HORIZON_DAYS, (scope.last - today).days)


def _require_known(
    open_uow: OpenUnitOfWork, services: Iterable[ServiceDefinition], config: AgentConfig, scope: Scope
) -> None:
    if scope.service and scope.service not in {service.service_id for service in services}:
        raise Refused("service_not_in_force", service=scope.service)
    if scope.service and scope.service not in config.services.enabled:
        raise Refused("service_not_run", service=scope.service)
    with open_uow() as uow:
        if scope.vehicle and uow.records.vehicle(scope.vehicle) is None:
            raise Refused("vehicle_unknown", vehicle=scope.vehicle)
        if scope.customer and uow.records.customer(scope.customer) is None:
            raise Refused("customer_unknown", customer=scope.customer)


def cut(plan: Rehearsal, scope: Scope) -> Preview:
    """Count what lies in a scope."""
    entries = sorted((e for e in entries_of(plan, scope) if lies_within(e, plan, scope)), key=lambda entry: entry.order)
    messages: Counter[Cell] = Counter()
    standing: Counter[Standing] = Counter()
    carried: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    letters = 0
    for entry in entries:
        touchpoint = entry.touchpoint
        if touchpoint is None:
            refused[entry.decision.reason if entry.decision else ""] += 1
        elif not entry.leads:
            carried[entry.occasion.service_id] += 1
        else:
            messages[entry.day, touchpoint.service_id, touchpoint.channel] += 1
            standing[standing_of(touchpoint, plan)] += 1
            released = contact_of(touchpoint, plan.zone).first
            letters += touchpoint.channel is Channel.LETTER and scope.holds(released)
    return Preview(
        plan=plan,
        scope=scope,
        messages=dict(sorted(messages.items())),
        standing=dict(sorted(standing.items())),
        carried=dict(sorted(carried.items())),
        letter_cents=letters * plan.letter_cents,
        refused=dict(sorted(refused.items())),
        entries=tuple(entries),
    )
