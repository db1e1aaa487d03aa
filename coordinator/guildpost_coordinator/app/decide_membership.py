"""What a person decides about a membership: unlock it, or end it."""

from guildpost_coordinator.app.ports.unit_of_work import AuditEntry, OpenUnitOfWork
from guildpost_coordinator.domain.membership import Event, Membership, step
from guildpost_shared.clock import Clock
from guildpost_shared.errors import Refused


def unlock_membership(agent_id: str, *, open_uow: OpenUnitOfWork, clock: Clock, actor: str) -> Membership:
    """Let the machine that holds the current generation go on.

    Raises:
        Refused: ``member_unknown`` or ``decider_missing``.
        Conflict: ``membership_not_locked`` or ``membership_ended``.
    """
    return _decide(agent_id, Event.UNLOCK, open_uow, clock, actor)


def lock_membership(agent_id: str, *, open_uow: OpenUnitOfWork, clock: Clock, actor: str) -> Membership:
    """Stop a machine until somebody has looked into it.

    Raises:
        Refused: ``member_unknown`` or ``decider_missing``.
        Conflict: ``membership_not_active`` or ``membership_ended``.
    """
    return _decide(agent_id, Event.LOCK, open_uow, clock, actor)


def revoke_membership(agent_id: str, *, open_uow: OpenUnitOfWork, clock: Clock, actor: str) -> Membership:
    """End a membership, its certificates and its open join codes for good.

    Raises:
        Refused: ``member_unknown`` or ``decider_missing``.
        Conflict: ``membership_ended``.
    """
    return _decide(agent_id, Event.REVOKE, open_uow, clock, actor)


def _decide(agent_id: str, event: Event, open_uow: OpenUnitOfWork, clock: Clock, actor: str) -> Membership:
    if not actor.strip():
        raise Refused("decider_missing")
    with open_uow() as uow:
        membership = uow.memberships.get(agent_id)
        if membership is None:
            raise Refused("member_unknown", agent=agent_id)
        decided = step(membership, event)
        uow.memberships.save(decided)
        if event is Event.REVOKE:
            uow.certificates.revoke_all(agent_id)
            uow.join_codes.cancel_open(agent_id)
        uow.audit.append(AuditEntry(clock.now(), actor, event.value, agent_id))
        uow.commit()
    return decided
