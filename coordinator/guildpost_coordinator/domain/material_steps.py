"""The steps of a material's life: each function checks its rules and gives the material afterwards, with its record.

The table and the rules stand in ``domain/material``; their numbers return here.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from guildpost_coordinator.domain.material import (
    APPROVING,
    COORDINATOR,
    IN_FORCE,
    MAX_COMMENT,
    Approval,
    Event,
    Material,
    State,
    Step,
    is_due,
    next_state,
    require_approved,
)
from guildpost_coordinator.domain.people import Person, Right, require
from guildpost_shared.errors import Refused


def edit(
    material: Material,
    actor: Person,
    contents: Mapping[str, str],
    earlier: Sequence[Material] = (),
    *,
    now: datetime,
    comment: str,
) -> Material:
    """Give a material other contents; approvals are void from here on.

    Args:
        material: not published yet.
        actor: with the right of an author.
        contents: path → SHA-256 in hex.
        earlier: all earlier editions and versions, the one that this takes the place of first.
        now: wall clock, UTC.
        comment: what was changed, may be empty.

    Raises:
        Refused: ``person_right_missing``, ``material_empty``, ``material_comment_too_long``.
        Conflict: ``material_step_impossible``.
    """
    require(actor, Right.AUTHOR)
    if not contents:
        raise Refused("material_empty")
    wrote = writers([*earlier, material])
    once = frozenset[str]().union(*(wrote.get(sha256, frozenset()) for sha256 in contents.values()))
    edited = replace(
        material,
        contents=dict(contents),
        before=earlier[0].parts() if earlier else {},
        authors=material.authors | once | {actor.person_id},
        approvals=(),
    )
    return _step(edited, Event.EDIT, actor, now, comment)


def writers(materials: Iterable[Material]) -> dict[str, frozenset[str]]:
    """Name everybody who put contents where they did not stand before: SHA-256 → ids, from the record alone."""
    found: dict[str, frozenset[str]] = {}
    for material in materials:
        stood: set[str] = set()
        for step in material.steps:
            here = set(step.contents.values())
            new = here - (stood or set(step.before.values())) if step.event is Event.EDIT else set()
            found.update({sha256: found.get(sha256, frozenset()) | {step.person_id} for sha256 in new})
            stood = here
    return found


def submit(material: Material, actor: Person, publish_at: datetime | None, *, now: datetime, comment: str) -> Material:
    """Put a draft up for review; whoever submits it is one of its authors.

    Raises:
        Refused: ``person_right_missing``, ``material_empty``, ``material_comment_too_long``.
        Conflict: ``material_step_impossible``.
    """
    require(actor, Right.AUTHOR)
    if not material.contents:
        raise Refused("material_empty")
    mine = replace(material, authors=material.authors | {actor.person_id}, publish_at=publish_at, approvals=())
    return _step(mine, Event.SUBMIT, actor, now, comment)


def approve(material: Material, actor: Person, role: Right, *, seen: str, now: datetime, comment: str) -> Material:
    """Approve the contents for a role.

    Args:
        material: in review, for legal approved by marketing.
        actor: with the role's right, no author of it, and not who approved for the other role.
        role: marketing or legal.
        seen: what the digest of the contents that the person looked at begins with.
        now: wall clock, UTC.
        comment: may be empty.

    Raises:
        Refused: ``person_right_missing``, ``material_own_work``, ``material_two_persons``, ``material_other_contents``.
        Conflict: ``material_step_impossible``.
    """
    event = APPROVING[role]
    require(actor, role)
    next_state(material.state, event)
    if actor.person_id in material.authors:  # 1
        raise Refused("material_own_work", material=material.name)
    if any(approval.person_id == actor.person_id for approval in material.approvals):  # 2
        raise Refused("material_two_persons", material=material.name)
    if not material.digest.startswith(seen.lower()):  # 3
        raise Refused("material_other_contents", material=material.name)
    approval = Approval(role, actor.person_id, now, material.digest)
    return _step(replace(material, approvals=(*material.approvals, approval)), event, actor, now, comment, role=role)


def reject(material: Material, actor: Person, *, now: datetime, comment: str) -> Material:
    """Send a material back, or keep one in force whose retirement was asked for.

    Raises:
        Refused: ``person_right_missing`` (neither marketing nor legal), ``material_comment_missing``.
        Conflict: ``material_step_impossible``.
    """
    role = speaks_for(actor)
    return _step(_back(material), Event.REJECT, actor, now, _said(comment), role=role)


def hand_over(material: Material, publication_id: str, *, now: datetime) -> Material:
    """Let a publication carry it to the signers.

    Raises:
        Refused: ``material_not_approved``, also before its time.
        Conflict: ``material_step_impossible``.
    """
    next_state(material.state, Event.HAND_OVER)
    require_approved(material)
    if not is_due(material, now):
        raise Refused("material_not_approved", material=material.name)
    return _step(replace(material, publication_id=publication_id), Event.HAND_OVER, COORDINATOR, now, "")


def mark_published(material: Material, *, now: datetime) -> Material:
    """Note that every required role has signed it.

    Raises:
        Conflict: ``material_step_impossible``.
    """
    return _step(material, Event.PUBLISH, COORDINATOR, now, "")


def refuse(material: Material, reason: str, *, now: datetime) -> Material:
    """Note that a signer refused it, or refused to take it out; ``reason`` is an error code.

    Raises:
        Conflict: ``material_step_impossible``.
    """
    return _step(_back(material), Event.REFUSE, COORDINATOR, now, reason)


def remove(material: Material, *, now: datetime) -> Material:
    """Note that it is out of the catalogue.

    Raises:
        Conflict: ``material_step_impossible``.
    """
    return _step(material, Event.REMOVE, COORDINATOR, now, "")


def supersede(material: Material, newer: Material, *, now: datetime) -> Material:
    """Note that a newer edition took its place.

    Raises:
        Conflict: ``material_step_impossible``.
    """
    return _step(material, Event.SUPERSEDE, COORDINATOR, now, newer.name)


def recall(material: Material, actor: Person, publication_id: str, *, now: datetime, comment: str) -> Material:
    """Take a material out of force at once; one person of either role is enough.

    Raises:
        Refused: ``person_right_missing``, ``material_comment_missing``.
        Conflict: ``material_step_impossible``.
    """
    role = speaks_for(actor)
    going = replace(material, publication_id=publication_id)
    return _step(going, Event.RECALL, actor, now, _said(comment), role=role)


def retire(
    material: Material, actor: Person, role: Right, publication_id: str, *, now: datetime, comment: str
) -> Material:
    """Ask for a retirement, or agree to it as another person for the other role.

    Args:
        material: in force.
        actor: with the role's right.
        role: marketing or legal.
        publication_id: what takes it out of the catalogue, used when this is the second voice.
        now: wall clock, UTC.
        comment: why.

    Raises:
        Refused: ``person_right_missing``, ``material_comment_missing``, ``material_two_persons``.
        Conflict: ``material_step_impossible``.
    """
    require(actor, role)
    if material.state is not State.RETIRE_ASKED:
        return _step(material, Event.ASK_RETIRE, actor, now, _said(comment), role=role)
    asked = material.steps[-1]
    if role is asked.role or actor.person_id == asked.person_id:  # 4
        raise Refused("material_two_persons", material=material.name)
    return _step(replace(material, publication_id=publication_id), Event.RETIRE, actor, now, _said(comment), role=role)


def speaks_for(actor: Person) -> Right:
    """Name the role for which somebody may recall or reject.

    Raises:
        Refused: ``person_right_missing``.
    """
    held = next((role for role in APPROVING if role in actor.rights), Right.MARKETING)
    require(actor, held)
    return held


def _back(material: Material) -> Material:
    """Void the approvals of what goes back to its authors; one in force keeps them."""
    return material if material.state in IN_FORCE else replace(material, approvals=(), publication_id="")


def _said(comment: str) -> str:
    if not comment.strip():  # 5
        raise Refused("material_comment_missing")
    return comment


def _step(
    material: Material, event: Event, actor: Person, now: datetime, comment: str, *, role: Right | None = None
) -> Material:
    state, said = next_state(material.state, event), comment.strip()
    if len(said) > MAX_COMMENT:
        raise Refused("material_comment_too_long", most=MAX_COMMENT)
    step = Step(event, state, actor.person_id, actor.name, now, said, role, material.contents, material.before)
    return replace(material, state=state, steps=(*material.steps, step))
