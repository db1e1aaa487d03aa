"""Renew an agent's certificate, and notice when two machines claim to be the same agent.

1  the identity key signed the request (on the control port the old certificate has named the agent as well)
2  the same key again receives its stored certificate: a lost reply costs nothing
3  the membership is active
4  the generation is the current one; if not, the membership is locked until a person decides
5  the next generation is issued and stored before the reply leaves
"""

from dataclasses import replace

from guildpost_coordinator.app.issue_certificate import issue_certificate, key_hash
from guildpost_coordinator.app.ports.certificate_authority import CertificateAuthority
from guildpost_coordinator.app.ports.unit_of_work import AuditEntry, OpenUnitOfWork
from guildpost_coordinator.domain.membership import Event, require_active, step
from guildpost_shared.clock import Clock
from guildpost_shared.errors import Conflict, Refused
from guildpost_shared.identity.certificate_profile import requested_key
from guildpost_shared.identity.enrolment import IssuedCertificate, RenewalReply, RenewalRequest, renewal_statement
from guildpost_shared.identity.keys import check_identity_proof

MAX_GENERATION = 2**63 - 1


def renew_certificate(
    request: RenewalRequest, *, open_uow: OpenUnitOfWork, clock: Clock, authority: CertificateAuthority
) -> RenewalReply:
    """Issue the next certificate of an agent.

    Args:
        request: names the agent and the generation of the certificate in use.
        open_uow: opens a transaction.
        clock: the wall clock.
        authority: issues the certificate.

    Raises:
        ProtocolViolation: ``certificate_request_invalid``.
        Untrusted: ``identity_proof_invalid``.
        Refused: ``membership_unknown``, ``membership_locked`` or ``membership_revoked``.
        Conflict: ``clone_suspected``: the membership is locked from now on.
    """
    public_key = requested_key(request.certificate_request)
    now = clock.now()
    with open_uow() as uow:
        membership = uow.memberships.get(request.agent_id)
        if membership is None or not 0 < request.generation <= MAX_GENERATION:
            raise Refused("membership_unknown")
        statement = renewal_statement(
            agent_id=request.agent_id,
            certificate_request=request.certificate_request,
            generation=request.generation,
        )
        check_identity_proof(membership.identity_key, request.identity_proof, statement)  # step 1
        member = require_active(membership)  # step 3, before 2: whoever is locked out receives nothing
        stored = uow.certificates.for_key(member.agent_id, key_hash(public_key))
        if stored is not None and not stored.revoked:  # step 2
            return RenewalReply(IssuedCertificate(stored.chain, stored.generation), now)
        if request.generation == member.generation:
            member = replace(member, generation=member.generation + 1)
            uow.memberships.save(member)
            issued = issue_certificate(uow, authority, member, public_key, now)  # step 5
            uow.commit()
            return RenewalReply(issued, now)
        uow.memberships.save(step(member, Event.LOCK))  # step 4
        uow.audit.append(AuditEntry(now, "renewal", "clone_suspected", member.agent_id))
        uow.commit()
    raise Conflict("clone_suspected")
