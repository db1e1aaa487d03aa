"""Issued certificates in SQL, of agents and of signers."""

import base64
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, insert, select, update

from guildpost_coordinator.adapters.sql.tables import certificates, signer_certificates
from guildpost_coordinator.app.ports.unit_of_work import CertificateRecord
from guildpost_shared.identity.certificate_profile import Role


class SqlCertificates:
    """Certificates issued to agents."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, record: CertificateRecord) -> None:
        """Store an issued certificate."""
        self._connection.execute(
            insert(certificates).values(
                serial=record.serial,
                agent_id=record.agent_id,
                generation=record.generation,
                key_hash=record.key_hash,
                chain=[base64.b64encode(der).decode("ascii") for der in record.chain],
                not_after=record.not_after,
                revoked=record.revoked,
            )
        )

    def for_key(self, agent_id: str, key_hash: bytes) -> CertificateRecord | None:
        """Return the certificate issued for a key, or None."""
        return self._one((certificates.c.agent_id == agent_id) & (certificates.c.key_hash == key_hash))

    def by_serial(self, serial: str) -> CertificateRecord | None:
        """Return a certificate's record, or None."""
        return self._one(certificates.c.serial == serial)

    def revoke_all(self, agent_id: str) -> None:
        """End every certificate of an agent."""
        self._connection.execute(update(certificates).where(certificates.c.agent_id == agent_id).values(revoked=True))

    def ended_early(self, now: datetime) -> list[str]:
        """List the serials of revoked certificates that would still be valid."""
        query = select(certificates.c.serial).where(certificates.c.revoked, certificates.c.not_after > now)
        return list(self._connection.scalars(query))

    def forget_expired(self, agent_id: str, before: datetime) -> None:
        """Drop records of certificates that expired before an instant."""
        old = (certificates.c.agent_id == agent_id) & (certificates.c.not_after < before)
        self._connection.execute(delete(certificates).where(old))

    def _one(self, where: ColumnElement[bool]) -> CertificateRecord | None:
        row = self._connection.execute(select(certificates).where(where)).mappings().one_or_none()
        return None if row is None else _record(row)


class SqlSignerCertificates:
    """The one certificate with which each signing role may connect."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def admit(self, role: Role, serial: str) -> None:
        """Let a role connect with this certificate, and with no other one any more."""
        self.end(role)
        self._connection.execute(insert(signer_certificates).values(role=role, serial=serial))

    def end(self, role: Role) -> bool:
        """Let a role connect no more; say whether it could."""
        ended = self._connection.execute(delete(signer_certificates).where(signer_certificates.c.role == role))
        return ended.rowcount > 0

    def in_force(self) -> dict[Role, str]:
        """Give each role's serial (hexadecimal)."""
        rows = self._connection.execute(select(signer_certificates.c.role, signer_certificates.c.serial))
        return {row.role: row.serial for row in rows}


def _record(row: RowMapping) -> CertificateRecord:
    return CertificateRecord(**{**row, "chain": tuple(base64.b64decode(text) for text in row["chain"])})
