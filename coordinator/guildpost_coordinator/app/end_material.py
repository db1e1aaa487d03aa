from guildpost_coordinator.app.material_desk import MaterialDesk, found, identify, keep_step
from guildpost_coordinator.app.ports.lifecycle import Lifecycle
from guildpost_coordinator.domain.catalogue import Publication, withdraw
from guildpost_coordinator.domain.catalogue import State as PublicationState
from guildpost_coordinator.domain.material import Material, State
from guildpost_coordinator.domain.material_steps import recall, retire, speaks_for
from guildpost_coordinator.domain.people import Right
from guildpost_shared.catalogue_paths import SignerRole
from guildpost_shared.errors import Conflict
from guildpost_shared.ids import new_id

SUPERSEDED = "proposal_superseded"
SIGNERS: dict[Right, SignerRole] = {Right.MARKETING: "marketing", Right.LEGAL: "legal"}


def recall_material(desk: MaterialDesk, token: str, name: str, *, comment: str) -> Material:
    """Take a material out of force: the signature of the person's role alone is asked for, before anything else.

    The other role's list is cleared afterwards, in its turn. Where a recall still waits, this one takes its place, so
    that either role can go ahead when the other one is not there.

    Raises:
        Untrusted: ``person_token_unknown``.
        Refused: ``material_unknown``, ``person_right_missing`` or ``material_comment_missing``.
        Conflict: ``material_step_impossible`` or ``material_changed``.
    """
    with desk.open() as record:
        actor, now = identify(record, token), desk.clock.now()
        material = found(record, actor, name)
        soon = _replaced_soon(record, material)
        removal = _removal(desk, material, alone=SIGNERS[speaks_for(actor)])
        recalled = recall(material, actor, removal.publication_id, now=now, comment=comment)
        _take_back(record, material)
        record.publications.add(removal, {})
        if not soon:
            record.publications.add(_removal(desk, material), {})
        return keep_step(record, recalled)


def retire_material(desk: MaterialDesk, token: str, name: str, role: Right, *, comment: str) -> Material:
    """Ask for a retirement, or agree to one that the other role asked for: then both roles are asked to sign it.

    Raises:
        Untrusted: ``person_token_unknown``.
        Refused: ``material_unknown``, ``person_right_missing``, ``material_comment_missing`` or
            ``material_two_persons``.
        Conflict: ``material_step_impossible``, ``material_changed`` or ``material_replaced_soon``.
    """
    with desk.open() as record:
        actor = identify(record, token)
        material = found(record, actor, name)
        removal = _removal(desk, material)
        after = retire(material, actor, role, removal.publication_id, now=desk.clock.now(), comment=comment)
        if after.state is State.RETIRING:
            if _replaced_soon(record, material):
                raise Conflict("material_replaced_soon", material=material.name)
            record.publications.add(removal, {})
        return keep_step(record, after)


def _removal(desk: MaterialDesk, material: Material, *, alone: SignerRole | None = None) -> Publication:
    changes = dict.fromkeys(sorted(material.contents))
    return Publication(new_id(desk.entropy), PublicationState.DRAFT, desk.clock.now(), changes, alone=alone)


def _take_back(record: Lifecycle, material: Material) -> None:
    """Withdraw a removal that still waits; the new one takes its place."""
    if material.state not in {State.RECALLING, State.RETIRING}:
        return
    waiting = record.publications.get(material.publication_id)
    if waiting is not None and waiting.state in {PublicationState.DRAFT, PublicationState.AWAITING}:
        record.publications.save(withdraw(waiting, SUPERSEDED))


def _replaced_soon(record: Lifecycle, material: Material) -> bool:
    """Say whether a newer edition is with the signers: both roles will list its contents in place of these.

    Raises:
        Conflict: ``material_changed``: it has just come into force.
    """
    latest = record.materials.latest(material.key)
    if latest is None or latest.state is not State.SIGNING:
        return False
    carrier = record.publications.get(latest.publication_id)
    if carrier is not None and carrier.state is PublicationState.PUBLISHED:
        raise Conflict("material_changed", material=material.name)
    return True
