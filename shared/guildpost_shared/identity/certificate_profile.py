"""What the certificates of Guildpost look like, and how they are read.

    who          subject alternative name            extended use   lifetime
    agent        guildpost://agent/<agent id>        client         24 h, renewed at half-life
    signer       guildpost://signer/<role>           client         90 days
    server       DNS names and IP addresses          server         7 days, renewed by the coordinator itself
    authority    –                                   –              10 years, path length 0

Of a certificate request only the public key is taken (P-256, self-signature checked); the name comes from the
membership. Validity starts five minutes early, because clocks differ.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from guildpost_shared.errors import ProtocolViolation, Untrusted

AGENT_LIFETIME: Final = timedelta(hours=24)
SIGNER_LIFETIME: Final = timedelta(days=90)
SERVER_LIFETIME: Final = timedelta(days=7)
AUTHORITY_LIFETIME: Final = timedelta(days=3650)
BACKDATE: Final = timedelta(minutes=5)
MAX_REQUEST_BYTES: Final = 4096

AGENT_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{2,62}")
Role = Literal["marketing", "legal", "association"]
ROLES: Final[tuple[Role, ...]] = ("marketing", "legal", "association")
_SCHEME: Final = "guildpost://"


@dataclass(frozen=True)
class AgentIdentity:
    """A dealership's agent."""

    agent_id: str

    def __str__(self) -> str:
        return "agent"


@dataclass(frozen=True)
class SignerIdentity:
    """A signer of the brand or of the association."""

    role: Role

    def __str__(self) -> str:
        return f"signer:{self.role}"


@dataclass(frozen=True)
class Anonymous:
    """A peer without certificate."""

    def __str__(self) -> str:
        return "anonymous"


PeerIdentity = AgentIdentity | SignerIdentity | Anonymous


def identity_uri(identity: AgentIdentity | SignerIdentity) -> str:
    """Write an identity as it stands in a certificate."""
    match identity:
        case AgentIdentity(agent_id):
            return f"{_SCHEME}agent/{agent_id}"
        case SignerIdentity(role):
            return f"{_SCHEME}signer/{role}"


def identity_of(certificate: x509.Certificate) -> AgentIdentity | SignerIdentity:
    """Read whose certificate it is.

    Raises:
        Untrusted: ``certificate_profile``: it names nobody, several, or something else.
    """
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError) as error:
        raise Untrusted("certificate_profile") from error
    uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    kind, _, name = uris[0].removeprefix(_SCHEME).partition("/") if len(uris) == len(names) == 1 else ("", "", "")
    if kind == "agent" and AGENT_ID.fullmatch(name):
        return AgentIdentity(name)
    for role in ROLES:
        if kind == "signer" and name == role:
            return SignerIdentity(role)
    raise Untrusted("certificate_profile")


def certificate_request(key: ec.EllipticCurvePrivateKey) -> bytes:
    """Make a certificate request (PKCS #10, DER) that says nothing but the public key."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


def requested_key(request: bytes) -> bytes:
    """Take the public key out of a certificate request.

    Args:
        request: PKCS #10, DER, from a peer.

    Returns:
        The key as SubjectPublicKeyInfo, DER.

    Raises:
        ProtocolViolation: ``certificate_request_invalid``: unreadable, not P-256, or not signed by its own key.
    """
    key = _key_signing_itself(request) if len(request) <= MAX_REQUEST_BYTES else None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ProtocolViolation("certificate_request_invalid")
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _key_signing_itself(request: bytes) -> object:
    try:
        parsed = x509.load_der_x509_csr(request)
        return parsed.public_key() if parsed.is_signature_valid else None
    except (ValueError, UnsupportedAlgorithm):
        return None


def public_key_of(certificate: x509.Certificate) -> bytes:
    """Give a certificate's public key as SubjectPublicKeyInfo, DER."""
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def fingerprint(certificate: bytes) -> bytes:
    """Give the SHA-256 of a certificate (DER)."""
    return hashlib.sha256(certificate).digest()


def find_authority(chain: Iterable[bytes], expected: bytes) -> bytes:
    """Find the authority that a join code names in the chain a server showed.

    Args:
        chain: certificates, DER.
        expected: fingerprint from the join code, 32 bytes.

    Raises:
        Untrusted: ``ca_fingerprint_mismatch``: somebody else answered.
    """
    for certificate in chain:
        if fingerprint(certificate) == expected:
            return certificate
    raise Untrusted("ca_fingerprint_mismatch")


def check_issued(chain: tuple[bytes, ...], *, authority: bytes, agent_id: str, public_key: bytes) -> x509.Certificate:
    """Check that an issued chain is for this agent and this key, comes from the pinned authority, and is short-lived.

    Args:
        chain: DER, leaf first.
        authority: the pinned CA certificate, DER.
        agent_id: who the certificate must name.
        public_key: the requested key, SubjectPublicKeyInfo, DER.

    Returns:
        The leaf.

    Raises:
        Untrusted: ``certificate_profile``.
    """
    try:
        leaf = x509.load_der_x509_certificate(chain[0])
        leaf.verify_directly_issued_by(x509.load_der_x509_certificate(authority))
        ours = identity_of(leaf) == AgentIdentity(agent_id) and public_key_of(leaf) == public_key
        lifetime = leaf.not_valid_after_utc - leaf.not_valid_before_utc
    except (IndexError, ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm) as error:
        raise Untrusted("certificate_profile") from error
    if not ours or not timedelta(0) < lifetime <= AGENT_LIFETIME:
        raise Untrusted("certificate_profile")
    return leaf
