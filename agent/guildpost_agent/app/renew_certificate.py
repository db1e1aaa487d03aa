"""Renew the agent's certificate before it runs out, or after the machine was off for longer than a day.

1  nothing is done before the certificate's half-life (±10 %)
2  a fresh key is made and stored before it is used: a lost reply is asked for again with the same key
3  the identity key signs the request; it goes to the control port, or to the enrolment port once the certificate
   has run out
4  the new certificate must be ours; it and its generation are stored together
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from cryptography import x509

from guildpost_agent.app.membership import Membership, load_membership, store_membership
from guildpost_agent.app.ports.control_plane import ControlPlane
from guildpost_agent.app.ports.documents import OpenDocuments
from guildpost_shared.clock import Clock
from guildpost_shared.entropy import Entropy
from guildpost_shared.identity.certificate_profile import certificate_request, check_issued, requested_key
from guildpost_shared.identity.enrolment import RenewalRequest, renewal_statement
from guildpost_shared.identity.keys import load_curve_key, load_identity_key, new_tls_key, private_bytes
from guildpost_shared.identity.rotation import renewal_due

PROBLEM: Final = "certificate"
"""Under which name a renewal's problem is remembered (``remember_problems``)."""


def renew_certificate(
    key: str, *, open_documents: OpenDocuments, control_plane: ControlPlane, clock: Clock, entropy: Entropy
) -> bool:
    """Renew the certificate of a membership if it is due.

    Args:
        key: which membership.
        open_documents: opens a transaction on the encrypted store.
        control_plane: the way to the coordinator.
        clock: the wall clock.
        entropy: randomness of the new key.

    Returns:
        Whether a new certificate was stored.

    Raises:
        ConfigurationError: ``not_enrolled``.
        Conflict: ``clone_suspected``.
        Refused: ``membership_unknown``, ``membership_locked`` or ``membership_revoked``.
        Untrusted: ``identity_proof_invalid``, ``coordinator_untrusted`` or ``certificate_profile``.
        Unavailable: ``coordinator_away``.
    """
    now = clock.now()
    with open_documents() as transaction:
        membership = load_membership(transaction.documents, key)
        if now < certificate_due(membership):  # step 1
            return False
        if not membership.next_tls_key:  # step 2
            membership = replace(membership, next_tls_key=private_bytes(new_tls_key(entropy)))
            store_membership(transaction.documents, membership)
            transaction.commit()
    renewed = _ask(membership, control_plane, now)
    with open_documents() as transaction:
        current = load_membership(transaction.documents, key)
        store_membership(
            transaction.documents,
            replace(
                current,
                chain=renewed.chain,
                generation=renewed.generation,
                tls_key=renewed.next_tls_key,
                next_tls_key=b"",
            ),
        )
        transaction.commit()
    return True


def certificate_due(membership: Membership) -> datetime:
    """Tell when the certificate of a membership is to be renewed, UTC."""
    leaf = x509.load_der_x509_certificate(membership.chain[0])
    return renewal_due(leaf.not_valid_before_utc, leaf.not_valid_after_utc, membership.chain[0])


def _ask(membership: Membership, control_plane: ControlPlane, now: datetime) -> Membership:
    """Perform step 3 and the check of step 4."""
    csr = certificate_request(load_curve_key(membership.next_tls_key))
    generation = membership.generation
    statement = renewal_statement(agent_id=membership.agent_id, certificate_request=csr, generation=generation)
    proof = load_identity_key(membership.identity_key).sign(statement)
    request = RenewalRequest(membership.agent_id, csr, generation, proof)
    if now < x509.load_der_x509_certificate(membership.chain[0]).not_valid_after_utc:
        reply = control_plane.renew(membership.credentials(), request)
    else:
        reply = control_plane.renew_expired(membership.enrolment, membership.authority, request)
    chain = reply.certificate.chain
    check_issued(chain, authority=membership.authority, agent_id=membership.agent_id, public_key=requested_key(csr))
    return replace(membership, chain=chain, generation=reply.certificate.generation)
