"""The unit of work: one transaction on the coordinator's database, with the repositories of membership.

``with open_uow() as uow: …; uow.commit()`` – leaving without commit rolls back.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from guildpost_coordinator.domain.join_codes import JoinCodeRecord
from guildpost_coordinator.domain.membership import Membership
from guildpost_shared.identity.certificate_profile import Role


class Memberships(Protocol):
    """The dealerships of the network."""

    def add(self, membership: Membership) -> None:
        """Store a new membership."""
        ...

    def get(self, agent_id: str) -> Membership | None:
        """Return a membership, or None."""
        ...

    def save(self, membership: Membership) -> None:
        """Store a changed membership."""
        ...

    def all(self) -> list[Membership]:
        """List all memberships by id."""
        ...

    def inactive(self) -> list[Membership]:
        """List the memberships that are locked, revoked or not begun yet."""
        ...


class JoinCodes(Protocol):
    """Issued join codes; secrets are kept as hashes only."""

    def add(self, record: JoinCodeRecord) -> None:
        """Store an issued code."""
        ...

    def get(self, secret_hash: bytes) -> JoinCodeRecord | None:
        """Return a code's record, or None."""
        ...

    def use(self, secret_hash: bytes, *, at: datetime, used_by: bytes) -> bool:
        """Mark a code as used if it is still open; say whether it was (exactly one caller hears yes)."""
        ...

    def cancel_open(self, agent_id: str) -> int:
        """Cancel the open codes of a membership; return how many."""
        ...


@dataclass(frozen=True)
class CertificateRecord:
    """A certificate issued to an agent.

    Attributes:
        serial: of the certificate, hexadecimal.
        agent_id: whose it is.
        generation: 1 at enrolment, one more with each renewal.
        key_hash: SHA-256 of the SubjectPublicKeyInfo.
        chain: DER, leaf first.
        not_after: UTC.
        revoked: ended early by a person or by a new enrolment.
    """

    serial: str
    agent_id: str
    generation: int
    key_hash: bytes
    chain: tuple[bytes, ...]
    not_after: datetime
    revoked: bool = False


class Certificates(Protocol):
    """Certificates issued to agents."""

    def add(self, record: CertificateRecord) -> None:
        """Store an issued certificate."""
        ...

    def for_key(self, agent_id: str, key_hash: bytes) -> CertificateRecord | None:
        """Return the certificate issued for a key, or None."""
        ...

    def by_serial(self, serial: str) -> CertificateRecord | None:
        """Return a certificate's record, or None."""
        ...

    def revoke_all(self, agent_id: str) -> None:
        """End every certificate of an agent."""
        ...

    def ended_early(self, now: datetime) -> list[str]:
        """List the serials of revoked certificates that would still be valid."""
        ...

    def forget_expired(self, agent_id: str, before: datetime) -> None:
        """Drop records of certificates that expired before an instant."""
        ...


class SignerCertificates(Protocol):
    """The one certificate with which each signing role may connect."""

    def admit(self, role: Role, serial: str) -> None:
        """Let a role connect with this certificate, and with no other one any more."""
        ...

    def end(self, role: Role) -> bool:
        """Let a role connect no more; say whether it could."""
        ...

    def in_force(self) -> dict[Role, str]:
        """Give each role's serial (hexadecimal)."""
        ...


@dataclass(frozen=True)
class Contact:
    """When an agent was last heard of."""

    agent_id: str
    last_contact: datetime
    connected: bool
    agent_version: str


class Presence(Protocol):
    """Last contact with each agent."""

    def record(self, contact: Contact) -> None:
        """Store an agent's latest contact, replacing the one before."""
        ...

    def disconnect_all(self) -> None:
        """Mark everybody as away (at start, nobody is connected yet)."""
        ...

    def all(self) -> list[Contact]:
        """List contacts by agent id."""
        ...


@dataclass(frozen=True)
class AuditEntry:
    """Who did what to which membership, round or catalogue; names of functions and machines, never of customers."""

    at: datetime
    actor: str
    action: str
    subject: str


class AuditLog(Protocol):
    """The append-only record of decisions."""

    def append(self, entry: AuditEntry) -> None:
        """Add an entry."""
        ...

    def latest(self, limit: int) -> list[AuditEntry]:
        """List the newest entries, newest first."""
        ...


class UnitOfWork(Protocol):
    """One transaction."""

    @property
    def memberships(self) -> Memberships:
        """The dealerships."""
        ...

    @property
    def join_codes(self) -> JoinCodes:
        """Issued join codes."""
        ...

    @property
    def certificates(self) -> Certificates:
        """Issued certificates."""
        ...

    @property
    def signer_certificates(self) -> SignerCertificates:
        """Who may connect to sign."""
        ...

    @property
    def presence(self) -> Presence:
        """Last contacts."""
        ...

    @property
    def audit(self) -> AuditLog:
        """The record of decisions."""
        ...

    def commit(self) -> None:
        """Make everything since the start durable."""
        ...


OpenUnitOfWork = Callable[[], AbstractContextManager[UnitOfWork]]
