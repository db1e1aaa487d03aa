"""Issue a join code for a planned membership, or a new one for a machine that is to be enrolled again."""

from dataclasses import dataclass
from datetime import timedelta

from guildpost_coordinator.app.ports.unit_of_work import AuditEntry, OpenUnitOfWork
from guildpost_coordinator.domain.join_codes import DEFAULT_VALIDITY, JoinCodeRecord
from guildpost_coordinator.domain.membership import Event, plan_membership, step
from guildpost_shared.clock import Clock
from guildpost_shared.entropy import Entropy
from guildpost_shared.errors import Conflict
from guildpost_shared.identity.enrolment import Endpoint
from guildpost_shared.identity.join_code import SECRET_BYTES, JoinCode, format_join_code, secret_hash


@dataclass(frozen=True)
class Anchors:
    """What every join code of this coordinator carries.

    Attributes:
        enrolment: where newcomers knock.
        ca_fingerprint: SHA-256 of the authority's certificate.
        root_hash: SHA-256 of the catalogue's first root metadata.
    """

    enrolment: Endpoint
    ca_fingerprint: bytes
    root_hash: bytes


def issue_join_code(
    *,
    open_uow: OpenUnitOfWork,
    clock: Clock,
    entropy: Entropy,
    anchors: Anchors,
    agent_id: str,
    company: str,
    legal_entity: str,
    validity: timedelta = DEFAULT_VALIDITY,
    actor: str = "cli",
) -> str:
    """Plan a membership (or take the one that exists) and issue its only open join code.

    Args:
        open_uow: opens a transaction.
        clock: the wall clock.
        entropy: randomness of the secret.
        anchors: addresses and hashes in the code.
        agent_id: the membership, ``[a-z0-9][a-z0-9-]{2,62}``.
        company: name for the console.
        legal_entity: group that counts as one.
        validity: how long the code may be used.
        actor: who asked, for the audit log.

    Returns:
        The join code; only its hash is kept.

    Raises:
        Refused: ``membership_name_invalid``.
        Conflict: ``membership_taken`` (the id belongs to another company), ``membership_ended``.
    """
    now = clock.now()
    planned = plan_membership(agent_id, company, legal_entity)
    secret = entropy.token_bytes(SECRET_BYTES)
    with open_uow() as uow:
        known = uow.memberships.get(agent_id)
        if known is None:
            uow.memberships.add(planned)
        elif (known.company, known.legal_entity) != (planned.company, planned.legal_entity):
            raise Conflict("membership_taken")
        else:
            step(known, Event.INVITE)
        uow.join_codes.cancel_open(agent_id)
        uow.join_codes.add(JoinCodeRecord(secret_hash(secret), agent_id, expires_at=now + validity))
        uow.audit.append(AuditEntry(now, actor, "join_code_issued", agent_id))
        uow.commit()
    return format_join_code(JoinCode(anchors.enrolment, secret, anchors.ca_fingerprint, anchors.root_hash))
