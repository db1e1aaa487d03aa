"""The client certificate with which a signer fetches what awaits its signature: one for each role."""

from cryptography import x509

from guildpost_coordinator.app.issue_certificate import serial_of
from guildpost_coordinator.app.ports.certificate_authority import CertificateAuthority
from guildpost_coordinator.app.ports.unit_of_work import AuditEntry, OpenUnitOfWork
from guildpost_shared.clock import Clock
from guildpost_shared.errors import Refused
from guildpost_shared.identity.certificate_profile import Role, requested_key


def issue_signer_certificate(
    certificate_request: bytes,
    role: Role,
    *,
    open_uow: OpenUnitOfWork,
    clock: Clock,
    authority: CertificateAuthority,
    actor: str = "cli",
) -> tuple[bytes, ...]:
    """Issue a signer's certificate from its request, and end the one before.

    The signing key itself is another one and stays with the signer.

    Args:
        certificate_request: PKCS #10, DER; only its public key is taken.
        role: marketing, legal or association.
        open_uow: opens a transaction.
        clock: the wall clock.
        authority: issues the certificate.
        actor: who asked, for the audit log.

    Returns:
        The chain, DER, leaf first, authority last.

    Raises:
        ProtocolViolation: ``certificate_request_invalid``.
    """
    public_key = requested_key(certificate_request)
    now = clock.now()
    chain = authority.issue_signer(public_key, role, now)
    with open_uow() as uow:
        uow.signer_certificates.admit(role, serial_of(x509.load_der_x509_certificate(chain[0])))
        uow.audit.append(AuditEntry(now, actor, "signer_certificate_issued", role))
        uow.commit()
    return chain


def end_signer_certificate(role: Role, *, open_uow: OpenUnitOfWork, clock: Clock, actor: str = "cli") -> None:
    """Let a role connect no more until it has a new certificate.

    Args:
        role: marketing, legal or association.
        open_uow: opens a transaction.
        clock: the wall clock.
        actor: who asked, for the audit log.

    Raises:
        Refused: ``signer_certificate_none``: nothing is in force.
    """
    with open_uow() as uow:
        if not uow.signer_certificates.end(role):
            raise Refused("signer_certificate_none", role=role)
        uow.audit.append(AuditEntry(clock.now(), actor, "signer_certificate_ended", role))
        uow.commit()
