"""The coordinator's own certificate authority: a P-384 key in this process, profiles as in the shared table."""

import ipaddress
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_public_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from guildpost_coordinator.app.ports.certificate_authority import ServerCredentials
from guildpost_shared.entropy import Entropy
from guildpost_shared.identity.certificate_profile import (
    AGENT_LIFETIME,
    AUTHORITY_LIFETIME,
    BACKDATE,
    SERVER_LIFETIME,
    SIGNER_LIFETIME,
    AgentIdentity,
    Role,
    SignerIdentity,
    identity_uri,
)
from guildpost_shared.identity.keys import new_curve_key, new_tls_key

_SERIAL_BYTES: Final = 16  # RFC 5280, 4.1.2.2: positive, at most 20 octets


class LocalAuthority:
    """Issue certificates with a key held in memory."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate, entropy: Entropy) -> None:
        self._key = key
        self._certificate = certificate
        self._entropy = entropy

    def certificate(self) -> bytes:
        """Return the authority's own certificate, DER."""
        return self._certificate.public_bytes(Encoding.DER)

    def issue_agent(self, public_key: bytes, agent_id: str, now: datetime) -> tuple[bytes, ...]:
        """Issue an agent's client certificate; see the port."""
        return self._issue_client(public_key, identity_uri(AgentIdentity(agent_id)), agent_id, AGENT_LIFETIME, now)

    def issue_signer(self, public_key: bytes, role: Role, now: datetime) -> tuple[bytes, ...]:
        """Issue a signer's client certificate; see the port."""
        return self._issue_client(public_key, identity_uri(SignerIdentity(role)), role, SIGNER_LIFETIME, now)

    def issue_server(self, hosts: tuple[str, ...], now: datetime) -> ServerCredentials:
        """Make a key and a certificate for one of the coordinator's own ports; see the port."""
        key = new_tls_key(self._entropy)
        names = x509.SubjectAlternativeName([_host_name(host) for host in hosts])
        usage = ExtendedKeyUsageOID.SERVER_AUTH
        leaf = self._sign(key.public_key(), "guildpost", names=names, usage=usage, lifetime=SERVER_LIFETIME, now=now)
        return ServerCredentials(
            chain_pem=leaf.public_bytes(Encoding.PEM) + self._certificate.public_bytes(Encoding.PEM),
            key_pem=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
            not_before=leaf.not_valid_before_utc,
            not_after=leaf.not_valid_after_utc,
        )

    def _issue_client(
        self, public_key: bytes, uri: str, common_name: str, lifetime: timedelta, now: datetime
    ) -> tuple[bytes, ...]:
        key = load_der_public_key(public_key)
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise TypeError("callers pass keys that the profile has checked")
        names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri)])
        usage = ExtendedKeyUsageOID.CLIENT_AUTH
        leaf = self._sign(key, common_name, names=names, usage=usage, lifetime=lifetime, now=now)
        return leaf.public_bytes(Encoding.DER), self.certificate()

    def _sign(
        self,
        key: ec.EllipticCurvePublicKey,
        common_name: str,
        *,
        names: x509.SubjectAlternativeName,
        usage: x509.ObjectIdentifier,
        lifetime: timedelta,
        now: datetime,
    ) -> x509.Certificate:
        start = now - BACKDATE
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(common_name))
            .issuer_name(self._certificate.subject)
            .public_key(key)
            .serial_number(_serial(self._entropy))
            .not_valid_before(start)
            .not_valid_after(min(start + lifetime, self._certificate.not_valid_after_utc))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
            .add_extension(names, critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        return builder.sign(self._key, hashes.SHA384())


def create_authority(entropy: Entropy, now: datetime) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """Make a new authority: a P-384 key and its self-signed certificate.

    Args:
        entropy: randomness of key and serial number.
        now: wall clock, UTC.
    """
    key = new_curve_key(ec.SECP384R1(), entropy)
    name = _name("Guildpost authority")
    start = now - BACKDATE
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(_serial(entropy))
        .not_valid_before(start)
        .not_valid_after(start + AUTHORITY_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return key, builder.sign(key, hashes.SHA384())


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _host_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _serial(entropy: Entropy) -> int:
    return int.from_bytes(entropy.token_bytes(_SERIAL_BYTES), "big") + 1


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
