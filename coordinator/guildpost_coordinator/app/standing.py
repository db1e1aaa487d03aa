"""Who may stay connected: one look at the register answers for every open stream."""

from collections.abc import Collection, Mapping
from datetime import datetime

from guildpost_coordinator.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_coordinator.domain.membership import Membership, require_active
from guildpost_shared.clock import Clock
from guildpost_shared.errors import Untrusted
from guildpost_shared.identity.certificate_profile import AgentIdentity, PeerIdentity


class Standing:
    """What the last look found: members that are not active, certificates that were ended early."""

    def __init__(self, open_uow: OpenUnitOfWork, clock: Clock) -> None:
        """Bind the ports; nobody is out of favour before the first look.

        Args:
            open_uow: opens a transaction.
            clock: the wall clock.
        """
        self._open_uow = open_uow
        self._clock = clock
        self._inactive: Mapping[str, Membership] = {}
        self._ended: Collection[str] = frozenset()

    def look(self) -> None:
        """Read the register; callable from any thread."""
        with self._open_uow() as uow:
            inactive = {member.agent_id: member for member in uow.memberships.inactive()}
            ended = frozenset(uow.certificates.ended_early(self._clock.now()))
        self._inactive, self._ended = inactive, ended

    def check(self, identity: PeerIdentity, *, serial: str, not_after: datetime) -> None:
        """Check somebody who was admitted before.

        Args:
            identity: from the certificate.
            serial: of the certificate, hexadecimal.
            not_after: end of the certificate, UTC.

        Raises:
            Untrusted: ``certificate_expired`` or ``certificate_unknown``.
            Refused: ``membership_locked`` or ``membership_revoked``.
        """
        if self._clock.now() >= not_after:
            raise Untrusted("certificate_expired")
        if isinstance(identity, AgentIdentity) and identity.agent_id in self._inactive:
            require_active(self._inactive[identity.agent_id])
        if serial in self._ended:
            raise Untrusted("certificate_unknown")
