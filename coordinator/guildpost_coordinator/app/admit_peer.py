"""Decide whether the holder of a valid client certificate may talk to the control port at all."""

from collections.abc import Mapping
from datetime import datetime

from guildpost_coordinator.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_coordinator.domain.membership import require_active
from guildpost_shared.errors import Untrusted
from guildpost_shared.identity.certificate_profile import Anonymous, PeerIdentity, Role, SignerIdentity


def admit_peer(
    identity: PeerIdentity, *, serial: str, not_after: datetime, now: datetime, open_uow: OpenUnitOfWork
) -> None:
    """Let in signers with their role's certificate, and agents whose membership and certificate are in force.

    TLS has checked signature and dates at the handshake; a connection may live longer than the certificate.

    Args:
        identity: from the certificate.
        serial: of the certificate, hexadecimal.
        not_after: end of the certificate, UTC.
        now: wall clock, UTC.
        open_uow: opens a transaction.

    Raises:
        Untrusted: ``certificate_expired``, ``certificate_unknown`` or ``signer_certificate_ended``.
        Refused: ``membership_unknown``, ``membership_locked`` or ``membership_revoked``.
    """
    if now >= not_after:
        raise Untrusted("certificate_expired")
    if isinstance(identity, Anonymous):
        return
    with open_uow() as uow:
        if isinstance(identity, SignerIdentity):
            require_in_force(identity, serial, uow.signer_certificates.in_force())
            return
        require_active(uow.memberships.get(identity.agent_id))
        certificate = uow.certificates.by_serial(serial)
    if certificate is None or certificate.revoked or certificate.agent_id != identity.agent_id:
        raise Untrusted("certificate_unknown")


def require_in_force(identity: SignerIdentity, serial: str, in_force: Mapping[Role, str]) -> None:
    """Let a signer in with the newest certificate of its role.

    Raises:
        Untrusted: ``signer_certificate_ended``.
    """
    if in_force.get(identity.role) != serial:
        raise Untrusted("signer_certificate_ended")
