"""Decide whether the holder of a valid client certificate may talk to the control port at all."""

from datetime import datetime

from guildpost_coordinator.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_coordinator.domain.membership import require_active
from guildpost_shared.errors import Untrusted
from guildpost_shared.identity.certificate_profile import AgentIdentity, PeerIdentity


def admit_peer(
    identity: PeerIdentity, *, serial: str, not_after: datetime, now: datetime, open_uow: OpenUnitOfWork
) -> None:
    """Let in signers with a current certificate, and agents whose membership and certificate are in force.

    TLS has checked signature and dates at the handshake; a connection may live longer than the certificate.

    Args:
        identity: from the certificate.
        serial: of the certificate, hexadecimal.
        not_after: end of the certificate, UTC.
        now: wall clock, UTC.
        open_uow: opens a transaction.

    Raises:
        Untrusted: ``certificate_expired`` or ``certificate_unknown``.
        Refused: ``membership_unknown``, ``membership_locked`` or ``membership_revoked``.
    """
    if now >= not_after:
        raise Untrusted("certificate_expired")
    if not isinstance(identity, AgentIdentity):
        return
    with open_uow() as uow:
        require_active(uow.memberships.get(identity.agent_id))
        certificate = uow.certificates.by_serial(serial)
    if certificate is None or certificate.revoked or certificate.agent_id != identity.agent_id:
        raise Untrusted("certificate_unknown")
