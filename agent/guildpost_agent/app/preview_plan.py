"""Show what would be planned: the messages met or sent between two days, and who gets none, and why.

A rehearsal (``rehearse_plan``) is cut to a scope. A message belongs to it with the day on which it leaves or, where
that lies outside, the day on which it is met; a refusal belongs to it when one of the service's windows does.
Follow-ups of messages that are themselves only planned are not in it: a sequence goes on when its message has left.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from guildpost_agent.app.dealership import zone_of
from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_agent.app.rehearse_plan import Rehearsal, rehearse_plan
from guildpost_agent.config import AgentConfig
from guildpost_agent.domain.occasions import ahead_days
from guildpost_agent.domain.placing import contact_of
from guildpost_agent.domain.planning import HORIZON_DAYS
from guildpost_agent.domain.preview_scope import Scope, Standing
from guildpost_agent.domain.records import Channel, Decision, Occasion, Touchpoint
from guildpost_agent.domain.touchpoint_states import CONTACTS, PLANNED
from guildpost_shared.errors import Refused
from guildpost_shared.services.definition import ServiceDefinition

Cell = tuple[date, str, Channel]


@dataclass(frozen=True)
class Entry:
    """One occasion: the message that leads it or carries it along, or why there is none.

    Attributes:
        day: of the message; of a refusal the due date.
    """

    day: date
    occasion: Occasion
    decision: Decision | None
    touchpoint: Touchpoint | None = None

    @property
    def leads(self) -> bool:
        """Say whether the message is this occasion's own."""
        return self.touchpoint is not None and self.touchpoint.occasion_id == self.occasion.occasion_id

    @property
    def order(self) -> tuple[str, date, str, str]:
        """By vehicle, then by day."""
        one = self.occasion
        return one.vehicle_id, self.day, one.service_id, one.occasion_id


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
) -> Preview:
    """Rehearse the plan, far enough ahead for the scope; nothing is stored.

    Args:
        open_uow: opens a transaction.
        services: what the catalogue offers.
        config: the dealer's settings.
        now: the business clock.
        scope: which days, and whose.
        afresh: as if nothing were planned yet.

    Raises:
        Refused: ``plan_days_reversed``, ``plan_days_too_far``, ``service_not_in_force``, ``service_not_run``,
            ``vehicle_unknown`` or ``customer_unknown``.
    """
    offered, today = tuple(services), now.astimezone(zone_of(config)).date()
    scope.check(today)
    _require_known(open_uow, offered, config, scope)
    horizon = max(HORIZON_DAYS, (scope.last - today).days)
    return cut(rehearse_plan(open_uow, offered, config, now, horizon_days=horizon, afresh=afresh), scope)


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
    entries = sorted((e for e in entries_of(plan, scope) if _within(e, plan, scope)), key=lambda entry: entry.order)
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


def entries_of(plan: Rehearsal, scope: Scope) -> Iterator[Entry]:
    """Give every message's occasions and every refusal, whenever they are."""
    for touchpoint in plan.touchpoints:
        if touchpoint.state not in CONTACTS:
            continue
        contact = contact_of(touchpoint, plan.zone)
        day = contact.first if scope.holds(contact.first) or not scope.holds(contact.last) else contact.last
        for occasion_id in (touchpoint.occasion_id, *touchpoint.bundled):
            occasion = plan.occasions.get(occasion_id)
            if occasion is not None:
                yield Entry(day, occasion, plan.decisions.get(occasion_id), touchpoint)
    for decision in plan.decisions.values():
        occasion = plan.occasions.get(decision.occasion_id)
        if occasion is not None and not decision.kept:
            yield Entry(occasion.due_date, occasion, decision)


def _within(entry: Entry, plan: Rehearsal, scope: Scope) -> bool:
    if not scope.concerns(entry.occasion):
        return False
    if entry.touchpoint is not None:
        return scope.holds(entry.day)
    service, due = plan.services.get(entry.occasion.service_id), entry.occasion.due_date
    if service is None:
        return False
    last = min(touch.last_day for touch in service.touches)
    return scope.meets(due - timedelta(days=ahead_days(service)), due - timedelta(days=last))


def standing_of(touchpoint: Touchpoint, plan: Rehearsal) -> Standing:
    """Say whether a message is new, was planned before, or left."""
    if touchpoint.state != PLANNED:
        return Standing.LEFT
    return Standing.PLANNED_BEFORE if touchpoint.touchpoint_id in plan.known else Standing.NEW
