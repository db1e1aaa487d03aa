"""A dealership's membership and what may happen to it.

              invite                invite
              ┌───┐                 ┌───┐
    plan ──▶ PLANNED ── enrol ──▶ ACTIVE ── lock ──▶ LOCKED
                │                 │  ▲ └◀─ unlock ──┘  │
                │                 │  └───── enrol ─────┤   (a person issued a new join code)
                └──── revoke ─────┴───── revoke ───────┴──▶ REVOKED

A renewal with another generation than the current one means that two machines hold the same agent; the membership is
locked until a person decides: unlock (the machine with the current generation goes on) or a new join code (a fresh
enrolment; every older certificate ends).
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from guildpost_shared.errors import Conflict, Refused
from guildpost_shared.identity.certificate_profile import AGENT_ID
from guildpost_shared.identity.enrolment import EnrolmentRequest


class State(StrEnum):
    """Where a membership stands."""

    PLANNED = "planned"
    ACTIVE = "active"
    LOCKED = "locked"
    REVOKED = "revoked"


class Event(StrEnum):
    """What happens to a membership."""

    INVITE = "invite"
    ENROL = "enrol"
    LOCK = "lock"
    UNLOCK = "unlock"
    REVOKE = "revoke"


TRANSITIONS: Final[dict[tuple[State, Event], State]] = {
    (State.PLANNED, Event.INVITE): State.PLANNED,
    (State.ACTIVE, Event.INVITE): State.ACTIVE,
    (State.LOCKED, Event.INVITE): State.LOCKED,
    (State.PLANNED, Event.ENROL): State.ACTIVE,
    (State.ACTIVE, Event.ENROL): State.ACTIVE,
    (State.LOCKED, Event.ENROL): State.ACTIVE,
    (State.ACTIVE, Event.LOCK): State.LOCKED,
    (State.LOCKED, Event.UNLOCK): State.ACTIVE,
    (State.PLANNED, Event.REVOKE): State.REVOKED,
    (State.ACTIVE, Event.REVOKE): State.REVOKED,
    (State.LOCKED, Event.REVOKE): State.REVOKED,
}

_LEGAL_ENTITY: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,62}")
_MAX_COMPANY: Final = 120


@dataclass(frozen=True)
class Membership:
    """One dealership in the network.

    Attributes:
        agent_id: the membership's own id, in every certificate and in the roster.
        company: name for the console.
        legal_entity: group of companies that count as one wherever groups are counted.
        state: where it stands.
        generation: of the current certificate; 0 before enrolment.
        identity_key: Ed25519, 32 bytes; empty before enrolment.
        flower_key: one OpenSSH line; empty before enrolment.
        sealing_key: X25519, 32 bytes; empty before enrolment.
        agent_version: as last announced.
        enrolled_at: UTC, or None.
    """

    agent_id: str
    company: str
    legal_entity: str
    state: State = State.PLANNED
    generation: int = 0
    identity_key: bytes = b""
    flower_key: str = ""
    sealing_key: bytes = b""
    agent_version: str = ""
    enrolled_at: datetime | None = None


def plan_membership(agent_id: str, company: str, legal_entity: str) -> Membership:
    """Plan a membership before a join code is issued for it.

    Raises:
        Refused: ``membership_name_invalid``: an id with other characters than a–z, 0–9 and hyphen, or an empty name.
    """
    if not AGENT_ID.fullmatch(agent_id) or not _LEGAL_ENTITY.fullmatch(legal_entity):
        raise Refused("membership_name_invalid")
    if not 0 < len(company.strip()) <= _MAX_COMPANY:
        raise Refused("membership_name_invalid")
    return Membership(agent_id, company.strip(), legal_entity)


def step(membership: Membership, event: Event) -> Membership:
    """Apply an event.

    Raises:
        Conflict: ``membership_ended``, ``membership_not_locked`` or ``membership_not_active``.
    """
    after = TRANSITIONS.get((membership.state, event))
    if after is None:
        raise Conflict(_why_not(membership.state, event), agent=membership.agent_id)
    return replace(membership, state=after)


def _why_not(state: State, event: Event) -> str:
    if state is State.REVOKED:
        return "membership_ended"
    return "membership_not_locked" if event is Event.UNLOCK else "membership_not_active"


def enrol(membership: Membership, request: EnrolmentRequest, now: datetime) -> Membership:
    """Take a newcomer's keys into the membership; its next certificate has the next generation."""
    return replace(
        step(membership, Event.ENROL),
        generation=membership.generation + 1,
        identity_key=request.identity_key,
        flower_key=request.flower_key,
        sealing_key=request.sealing_key,
        agent_version=request.agent_version,
        enrolled_at=now,
    )


def require_active(membership: Membership | None) -> Membership:
    """Let only active members pass.

    Raises:
        Refused: ``membership_unknown``, ``membership_locked`` or ``membership_revoked``.
    """
    if membership is None or membership.state is State.PLANNED:
        raise Refused("membership_unknown")
    if membership.state is State.LOCKED:
        raise Refused("membership_locked")
    if membership.state is State.REVOKED:
        raise Refused("membership_revoked")
    return membership
