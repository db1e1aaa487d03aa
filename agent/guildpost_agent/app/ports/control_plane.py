"""The coordinator, as the agent sees it: joining, renewing, listening. The catalogue has a port of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from guildpost_shared.identity.enrolment import (
    Endpoint,
    EnrolmentReply,
    EnrolmentRequest,
    RenewalReply,
    RenewalRequest,
)
from guildpost_shared.identity.presence import PresenceEvent


@dataclass(frozen=True)
class Credentials:
    """What a connection to the control port needs.

    Attributes:
        control: where it listens.
        authority: the only root that is trusted, DER.
        chain: the agent's certificate, DER, leaf first.
        private_key: of the certificate, PKCS #8, DER.
    """

    control: Endpoint
    authority: bytes
    chain: tuple[bytes, ...]
    private_key: bytes = field(repr=False)


class EventStream(Protocol):
    """An open presence stream."""

    def __iter__(self) -> Iterator[PresenceEvent]:
        """Yield events as they come; end when the coordinator or ``close`` ends the stream.

        Raises:
            GuildpostError: the coordinator refused, or went away.
        """
        ...

    def close(self) -> None:
        """End the stream; callable from another thread."""
        ...


class ControlPlane(Protocol):
    """What the agent asks of its coordinator; every connection is opened by the agent."""

    def server_chain(self, endpoint: Endpoint) -> tuple[bytes, ...]:
        """Look at the certificates a server shows (DER, leaf first) without trusting it or sending anything.

        Raises:
            Unavailable: ``coordinator_away`` or ``coordinator_slow``.
            Untrusted: ``coordinator_untrusted``: no TLS server.
        """
        ...

    def enrol(self, endpoint: Endpoint, authority: bytes, request: EnrolmentRequest) -> EnrolmentReply:
        """Use a join code at the enrolment port.

        Args:
            endpoint: from the join code.
            authority: the pinned CA certificate, DER; nothing is sent to a server that it has not signed.
            request: secret and public keys.

        Raises:
            GuildpostError: what the coordinator answered; ``coordinator_away``, ``_slow``, ``_untrusted``.
        """
        ...

    def renew(self, credentials: Credentials, request: RenewalRequest) -> RenewalReply:
        """Ask for the next certificate at the control port.

        Raises:
            GuildpostError: what the coordinator answered; ``coordinator_away``, ``_slow``, ``_untrusted``.
        """
        ...

    def renew_expired(self, endpoint: Endpoint, authority: bytes, request: RenewalRequest) -> RenewalReply:
        """Ask for the next certificate at the enrolment port, after the last one ran out; arguments as for ``enrol``.

        Raises:
            GuildpostError: what the coordinator answered; ``coordinator_away``, ``_slow``, ``_untrusted``.
        """
        ...

    def listen(self, credentials: Credentials, agent_version: str) -> EventStream:
        """Open the presence stream; errors show when it is read."""
        ...
