"""Enrol a dealership's agent: a join code becomes a membership with its first certificate.

Steps (the agent's side has the same numbers in ``guildpost_agent.app.enrol``):

    4  the request arrives: keys and the identity key's signature over them are checked
    5  the join code is used, exactly once; its membership takes the keys; the certificate is issued
    6  the reply is stored before it leaves: the same request again gets the same reply
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from guildpost_coordinator.app.issue_certificate import issue_certificate, key_hash
from guildpost_coordinator.app.ports.certificate_authority import CertificateAuthority
from guildpost_coordinator.app.ports.unit_of_work import AuditEntry, OpenUnitOfWork, UnitOfWork
from guildpost_coordinator.domain.join_codes import JoinCodeRecord, check_usable
from guildpost_coordinator.domain.membership import enrol
from guildpost_shared.clock import Clock
from guildpost_shared.errors import ProtocolViolation, Refused
from guildpost_shared.identity.certificate_profile import requested_key
from guildpost_shared.identity.enrolment import (
    Endpoint,
    EnrolmentReply,
    EnrolmentRequest,
    IssuedCertificate,
    enrolment_statement,
)
from guildpost_shared.identity.join_code import SECRET_BYTES, secret_hash
from guildpost_shared.identity.keys import RAW_KEY_BYTES, check_flower_key, check_identity_proof

MAX_VERSION: Final = 40


@dataclass(frozen=True)
class ServiceAddresses:
    """Where a member finds the other services; ``flower`` is absent while no rounds are offered."""

    control: Endpoint
    flower: Endpoint | None


def enrol_agent(
    request: EnrolmentRequest,
    *,
    open_uow: OpenUnitOfWork,
    clock: Clock,
    authority: CertificateAuthority,
    addresses: Callable[[], ServiceAddresses],
) -> EnrolmentReply:
    """Enrol the agent that holds a join code.

    Args:
        request: from a peer without certificate.
        open_uow: opens a transaction.
        clock: the wall clock.
        authority: issues the certificate.
        addresses: tells where the services listen now.

    Raises:
        ProtocolViolation: ``enrolment_key_invalid``, ``certificate_request_invalid`` or ``message_malformed``.
        Untrusted: ``identity_proof_invalid``.
        Refused: ``join_code_unknown``, ``join_code_used`` or ``join_code_expired``.
    """
    public_key = _check(request)  # step 4
    now = clock.now()
    with open_uow() as uow:
        record = uow.join_codes.get(secret_hash(request.secret))
        issued = _repeated(uow, record, request, key_hash(public_key))
        if issued is None or record is None:
            record = check_usable(record, now)  # step 5
            membership = uow.memberships.get(record.agent_id)  # before the code, in the order in which one is issued
            if membership is None:
                raise Refused("join_code_unknown")
            if not uow.join_codes.use(record.secret_hash, at=now, used_by=key_hash(public_key)):
                raise Refused("join_code_used")
            member = enrol(membership, request, now)
            uow.certificates.revoke_all(member.agent_id)
            uow.memberships.save(member)
            issued = issue_certificate(uow, authority, member, public_key, now)
            uow.audit.append(AuditEntry(now, "enrolment", "enrolled", member.agent_id))
            uow.commit()
    where = addresses()
    return EnrolmentReply(record.agent_id, issued, where.control, where.flower, now)


def _check(request: EnrolmentRequest) -> bytes:
    """Judge the request by itself and return the requested public key."""
    if len(request.secret) != SECRET_BYTES or not 0 < len(request.agent_version) <= MAX_VERSION:
        raise ProtocolViolation("message_malformed")
    if len(request.sealing_key) != RAW_KEY_BYTES:
        raise ProtocolViolation("enrolment_key_invalid", detail="sealing key")
    check_flower_key(request.flower_key)
    statement = enrolment_statement(
        secret=request.secret,
        certificate_request=request.certificate_request,
        identity_key=request.identity_key,
        flower_key=request.flower_key,
        sealing_key=request.sealing_key,
    )
    check_identity_proof(request.identity_key, request.identity_proof, statement)
    return requested_key(request.certificate_request)


def _repeated(
    uow: UnitOfWork, record: JoinCodeRecord | None, request: EnrolmentRequest, wanted: bytes
) -> IssuedCertificate | None:
    """Find the stored reply to the very same request (step 6): its first one was lost on the way."""
    if record is None or record.used_by != wanted:
        return None
    membership = uow.memberships.get(record.agent_id)
    certificate = uow.certificates.for_key(record.agent_id, wanted)
    if membership is None or certificate is None or membership.identity_key != request.identity_key:
        return None
    return IssuedCertificate(certificate.chain, certificate.generation)
