"""The certificate authority, as the use cases see it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from guildpost_shared.identity.certificate_profile import Role


@dataclass(frozen=True)
class ServerCredentials:
    """What a server presents: chain with the authority at its end, and its own key (PKCS #8), both PEM."""

    chain_pem: bytes
    key_pem: bytes = field(repr=False)
    not_before: datetime
    not_after: datetime


class CertificateAuthority(Protocol):
    """Issue certificates of the fixed profiles; nothing of a profile can be chosen by who asks."""

    def certificate(self) -> bytes:
        """Return the authority's own certificate, DER."""
        ...

    def issue_agent(self, public_key: bytes, agent_id: str, now: datetime) -> tuple[bytes, ...]:
        """Issue an agent's client certificate (24 h).

        Args:
            public_key: SubjectPublicKeyInfo, DER.
            agent_id: the membership.
            now: wall clock, UTC.

        Returns:
            The chain, DER, leaf first, authority last.
        """
        ...

    def issue_signer(self, public_key: bytes, role: Role, now: datetime) -> tuple[bytes, ...]:
        """Issue a signer's client certificate (90 days); arguments and result as for agents."""
        ...

    def issue_server(self, hosts: tuple[str, ...], now: datetime) -> ServerCredentials:
        """Make a key and a certificate for one of the coordinator's own ports (7 days).

        Args:
            hosts: DNS names and IP addresses it is reached at.
            now: wall clock, UTC.
        """
        ...
