"""Issue an agent's certificate and keep its record; shared by enrolment and renewal."""

import hashlib
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509

from guildpost_coordinator.app.ports.certificate_authority import CertificateAuthority
from guildpost_coordinator.app.ports.unit_of_work import CertificateRecord, UnitOfWork
from guildpost_coordinator.domain.membership import Membership
from guildpost_shared.identity.enrolment import IssuedCertificate

RECORDS_KEPT: Final = timedelta(days=30)  # after expiry: long enough to answer a repeated request from a long weekend


def issue_certificate(
    uow: UnitOfWork, authority: CertificateAuthority, membership: Membership, public_key: bytes, now: datetime
) -> IssuedCertificate:
    """Issue the certificate of a membership's current generation inside an open transaction.

    Args:
        uow: the transaction; the caller commits.
        authority: signs it.
        membership: as it will be stored.
        public_key: SubjectPublicKeyInfo, DER.
        now: wall clock, UTC.
    """
    chain = authority.issue_agent(public_key, membership.agent_id, now)
    leaf = x509.load_der_x509_certificate(chain[0])
    uow.certificates.forget_expired(membership.agent_id, now - RECORDS_KEPT)
    uow.certificates.add(
        CertificateRecord(
            serial=serial_of(leaf),
            agent_id=membership.agent_id,
            generation=membership.generation,
            key_hash=key_hash(public_key),
            chain=chain,
            not_after=leaf.not_valid_after_utc,
        )
    )
    return IssuedCertificate(chain, membership.generation)


def key_hash(public_key: bytes) -> bytes:
    """Hash a public key (SubjectPublicKeyInfo, DER)."""
    return hashlib.sha256(public_key).digest()


def serial_of(certificate: x509.Certificate) -> str:
    """Write a serial number as it is stored."""
    return f"{certificate.serial_number:x}"
