"""Who may stay connected or ask again: one look at the register answers for everybody who was admitted before."""

import threading
import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Final

from guildpost_coordinator.app.admit_peer import admit_peer, require_in_force
from guildpost_coordinator.app.ports.unit_of_work import OpenUnitOfWork
from guildpost_coordinator.domain.membership import Membership, require_active
from guildpost_shared.clock import Clock
from guildpost_shared.errors import Untrusted
from guildpost_shared.identity.certificate_profile import AgentIdentity, PeerIdentity, Role, SignerIdentity

LOOK_AGAIN: Final = 1.0  # seconds for which a look answers
MOST_KNOWN: Final = 50_000


class Standing:
    """What the last look found: members that are not active, certificates that were ended early."""

    def __init__(
        self, open_uow: OpenUnitOfWork, clock: Clock, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Bind the ports.

        Args:
            open_uow: opens a transaction.
            clock: the wall clock.
            monotonic: seconds that never go back.
        """
        self._open_uow = open_uow
        self._clock = clock
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._looked = float("-inf")
        self._inactive: Mapping[str, Membership] = {}
        self._ended: Collection[str] = frozenset()
        self._signers: Mapping[Role, str] = {}
        self._known: set[str] = set()

    def look(self) -> None:
        """Read the register unless that was done in the last second; callable from any thread."""
        with self._lock:
            if self._monotonic() - self._looked < LOOK_AGAIN:
                return
            now = self._monotonic()
            with self._open_uow() as uow:
                inactive = {member.agent_id: member for member in uow.memberships.inactive()}
                ended = frozenset(uow.certificates.ended_early(self._clock.now()))
                self._signers = uow.signer_certificates.in_force()
            self._inactive, self._ended, self._looked = inactive, ended, now

    def is_at_hand(self, serial: str) -> bool:
        """Say whether ``admit`` would answer without reading the register."""
        return serial in self._known and self._monotonic() - self._looked < LOOK_AGAIN

    def check(self, identity: PeerIdentity, *, serial: str, not_after: datetime) -> None:
        """Check somebody who was admitted before, by the last look.

        Args:
            identity: from the certificate.
            serial: of the certificate, hexadecimal.
            not_after: end of the certificate, UTC.

        Raises:
            Untrusted: ``certificate_expired``, ``certificate_unknown`` or ``signer_certificate_ended``.
            Refused: ``membership_locked`` or ``membership_revoked``.
        """
        if self._clock.now() >= not_after:
            raise Untrusted("certificate_expired")
        if isinstance(identity, AgentIdentity) and identity.agent_id in self._inactive:
            require_active(self._inactive[identity.agent_id])
        if isinstance(identity, SignerIdentity):
            require_in_force(identity, serial, self._signers)
        if serial in self._ended:
            raise Untrusted("certificate_unknown")

    def admit(self, identity: PeerIdentity, *, serial: str, not_after: datetime) -> None:
        """Admit somebody who asks often: by the register the first time, by a look that is a second old afterwards.

        Raises:
            Untrusted: ``certificate_expired``, ``certificate_unknown`` or ``signer_certificate_ended``.
            Refused: ``membership_unknown``, ``membership_locked`` or ``membership_revoked``.
        """
        if serial in self._known:
            self.look()
            self.check(identity, serial=serial, not_after=not_after)
            return
        admit_peer(identity, serial=serial, not_after=not_after, now=self._clock.now(), open_uow=self._open_uow)
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known.add(serial)
