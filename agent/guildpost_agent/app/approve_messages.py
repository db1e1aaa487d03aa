"""Review messages before they leave: list what waits, approve or decline it, let lapse what nobody approved in time.

What is approved is planned like any other message: emergency stop, consent, booking and contact cap are asked again in
the moment of sending.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from guildpost_agent.app.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from guildpost_agent.domain.approvals import LEADS_TO, Approval, Verdict
from guildpost_agent.domain.exclusions import Facts, Reason
from guildpost_agent.domain.records import Customer, Decision, Touchpoint, Vehicle
from guildpost_agent.domain.touchpoint_states import PLANNED, PROPOSED
from guildpost_shared.errors import Refused


@dataclass(frozen=True)
class Proposal:
    """A message that waits for an approval, whom it is for, and the services that it is about."""

    touchpoint: Touchpoint
    customer: Customer | None
    vehicle: Vehicle | None
    services: tuple[str, ...]


@dataclass(frozen=True)
class Settled:
    """How many messages lapsed, and how many changed sides because the dealer changed what is reviewed."""

    lapsed: int
    reviewed: int
    released: int


def proposals(open_uow: OpenUnitOfWork, now: datetime, service: str | None = None) -> list[Proposal]:
    """List what can still be approved, earliest first; all services by default."""
    with open_uow() as uow:
        waiting = [t for t in uow.plans.proposed() if now <= t.not_after and service in {None, *_services(uow, t)}]
        customers = {one.customer_id: one for one in uow.records.customers_of({t.customer_id for t in waiting})}
        vehicles = {one.vehicle_id: one for one in uow.records.vehicles_of({t.vehicle_id for t in waiting})}
        return [
            Proposal(t, customers.get(t.customer_id), vehicles.get(t.vehicle_id), _services(uow, t)) for t in waiting
        ]


def decide(open_uow: OpenUnitOfWork, touchpoint_ids: Iterable[str], verdict: Verdict, *, by: str, now: datetime) -> int:
    """Approve or decline messages, all of them or none.

    Args:
        open_uow: opens a transaction.
        touchpoint_ids: which.
        verdict: yes or no.
        by: who decides.
        now: the business clock.

    Returns:
        How many.

    Raises:
        Refused: ``approval_unknown`` for one that does not wait (any more), ``approval_too_late``.
    """
    ids = sorted(set(touchpoint_ids))
    with open_uow() as uow:
        for one in ids:
            touchpoint = uow.plans.touchpoint(one)
            if touchpoint is None or touchpoint.state != PROPOSED:
                raise Refused("approval_unknown", message=one)
            if verdict is Verdict.YES and now > touchpoint.not_after:
                raise Refused("approval_too_late", message=one)
            _enter(uow, [touchpoint], verdict, now, by)
            if verdict is Verdict.NO:
                _explain(uow, touchpoint, Reason.DECLINED, {}, now)
        uow.commit()
    return len(ids)


def settle_reviews(open_uow: OpenUnitOfWork, reviewed: Collection[str], now: datetime) -> Settled:
    """Let lapse what nobody approved in time, and follow what the dealer has changed about reviewing.

    Args:
        open_uow: opens a transaction.
        reviewed: services whose messages a person approves first.
        now: the business clock.
    """
    with open_uow() as uow:
        waiting = uow.plans.proposed()
        late = [t for t in waiting if now > t.not_after]
        _enter(uow, late, Verdict.LAPSED, now)
        for touchpoint in late:
            _explain(uow, touchpoint, Reason.LAPSED, {"on": touchpoint.not_after.date().isoformat()}, now)
        free = [t for t in waiting if now <= t.not_after and not _about(uow, t, reviewed)]
        released = sum(uow.plans.move(t.touchpoint_id, expected=PROPOSED, to=PLANNED) for t in free)
        planned = [t for t in uow.plans.touchpoints() if t.state == PLANNED] if reviewed else []
        approved = {a.touchpoint_id for a in uow.approvals.of(t.touchpoint_id for t in planned)}
        unseen = [t for t in planned if t.touchpoint_id not in approved and _about(uow, t, reviewed)]
        held = [t for t in unseen if uow.outbox.get(t.touchpoint_id) is None]
        count = sum(uow.plans.move(t.touchpoint_id, expected=PLANNED, to=PROPOSED) for t in held)
        uow.commit()
    return Settled(len(late), count, released)


def _services(uow: UnitOfWork, touchpoint: Touchpoint) -> tuple[str, ...]:
    carried = (uow.plans.occasion(one) for one in touchpoint.bundled)
    return touchpoint.service_id, *(one.service_id for one in carried if one is not None)


def _about(uow: UnitOfWork, touchpoint: Touchpoint, services: Collection[str]) -> bool:
    return any(service in services for service in _services(uow, touchpoint))


def _enter(uow: UnitOfWork, touchpoints: Sequence[Touchpoint], verdict: Verdict, now: datetime, by: str = "") -> None:
    uow.approvals.append([Approval(t.touchpoint_id, verdict, now, by) for t in touchpoints])
    for touchpoint in touchpoints:
        uow.plans.move(touchpoint.touchpoint_id, expected=PROPOSED, to=LEADS_TO[verdict])


def _explain(uow: UnitOfWork, touchpoint: Touchpoint, reason: Reason, facts: Facts, now: datetime) -> None:
    uow.plans.record_decisions([Decision(touchpoint.occasion_id, now, kept=False, reason=reason.value, facts=facts)])
