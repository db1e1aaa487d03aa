from guildpost_coordinator.app.material_desk import MaterialDesk, found, identify, keep_step
from guildpost_coordinator.domain.catalogue import State as PublicationState
from guildpost_coordinator.domain.catalogue import withdraw
from guildpost_coordinator.domain.material import Material, State
from guildpost_coordinator.domain.material_steps import approve, reject
from guildpost_coordinator.domain.people import Right

REJECTED = "proposal_declined"


def approve_material(desk: MaterialDesk, token: str, name: str, role: Right, *, seen: str, comment: str) -> Material:
    """Approve a material for a role; after both approvals it is published when its time has come.

    Args:
        desk: collaborators.
        token: of a person with the role's right who wrote none of it.
        name: of the material.
        role: marketing, then legal.
        seen: what the digest of the contents that the person looked at begins with; empty to take them as they are.
        comment: may be empty.

    Raises:
        Untrusted: ``person_token_unknown``.
        Refused: ``material_unknown``, ``person_right_missing``, ``material_own_work``, ``material_two_persons`` or
            ``material_other_contents``.
        Conflict: ``material_step_impossible`` or ``material_changed``.
    """
    with desk.open() as record:
        actor = identify(record, token)
        material = found(record, actor, name)
        return keep_step(record, approve(material, actor, role, seen=seen, now=desk.clock.now(), comment=comment))


def reject_material(desk: MaterialDesk, token: str, name: str, *, comment: str) -> Material:
    """Send a material back to its authors, also while it awaits signatures; or keep one that was to be retired.

    Raises:
        Untrusted: ``person_token_unknown``.
        Refused: ``material_unknown``, ``person_right_missing`` or ``material_comment_missing``.
        Conflict: ``material_step_impossible``, ``material_changed``, or ``illegal_transition``: it was just published.
    """
    with desk.open() as record:
        actor = identify(record, token)
        material = found(record, actor, name)
        rejected = reject(material, actor, now=desk.clock.now(), comment=comment)
        if material.state is State.SIGNING:
            carrier = record.publications.get(material.publication_id)
            if carrier is not None and carrier.state is not PublicationState.WITHDRAWN:
                record.publications.save(withdraw(carrier, REJECTED))
        return keep_step(record, rejected)
