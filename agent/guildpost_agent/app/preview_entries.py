"""A rehearsed plan occasion by occasion: the message of each, or why it has none; and what of it lies in a scope."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from guildpost_agent.app.rehearse_plan import Rehearsal
from guildpost_agent.domain.occasions import ahead_days
from guildpost_agent.domain.placing import contact_of
from guildpost_agent.domain.preview_scope import Scope, Standing
from guildpost_agent.domain.records import Decision, Occasion, Touchpoint
from guildpost_agent.domain.touchpoint_states import CONTACTS, WAITING


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
    def vehicle_ids(self) -> set[str]:
        """Name the vehicles that it speaks of: its own, and that of the message which carries it along."""
        led = {self.touchpoint.vehicle_id} if self.touchpoint is not None else set[str]()
        return {self.occasion.vehicle_id} | led

    @property
    def order(self) -> tuple[str, date, str, str]:
        """By vehicle, then by day."""
        one = self.occasion
        return one.vehicle_id, self.day, one.service_id, one.occasion_id


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


def lies_within(entry: Entry, plan: Rehearsal, scope: Scope) -> bool:
    """Say whether an entry belongs to a scope: its message's day, or a window of the service that refused it."""
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
    if not waits(touchpoint):
        return Standing.LEFT
    return Standing.PLANNED_BEFORE if touchpoint.touchpoint_id in plan.known else Standing.NEW


def waits(touchpoint: Touchpoint) -> bool:
    """Say whether a message is still to be handed over."""
    return touchpoint.state in WAITING
