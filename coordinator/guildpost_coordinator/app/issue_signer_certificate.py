"""Issue the client certificate with which a signer fetches what awaits its signature."""

from guildpost_coordinator.app.ports.certificate_authority import CertificateAuthority
from guildpost_coordinator.app.ports.unit_of_work import AuditEntry, OpenUnitOfWork
from guildpost_shared.clock import Clock
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
    """Issue a signer's certificate from its request; the signing key itself is another one and stays with the signer.

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
    with open_uow() as uow:
        uow.audit.append(AuditEntry(now, actor, "signer_certificate_issued", role))
        uow.commit()
    return authority.issue_signer(public_key, role, now)
