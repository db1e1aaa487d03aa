"""The values of enrolment and renewal, and what the identity key signs in them.

The identity key vouches for every other key of the agent: it signs a statement made of labelled, length-prefixed
pieces, so that no two different requests give the same bytes.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

_HOST: Final = re.compile(r"[0-9A-Za-z:.\-]{1,253}")
_SCHEMES: Final = frozenset({"unix", "unix-abstract", "vsock", "dns", "ipv4", "ipv6", "xds"})


def is_host(text: str) -> bool:
    """Say whether a text can be a host name or an address, and is none of gRPC's words for other kinds of places."""
    return _HOST.fullmatch(text) is not None and text.lower() not in _SCHEMES


@dataclass(frozen=True)
class Endpoint:
    """Where a service listens: DNS name or IP address, and port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True)
class EnrolmentRequest:
    """What a newcomer sends: the secret of its join code and the public halves of its keys.

    Attributes:
        secret: 16 bytes.
        certificate_request: PKCS #10, DER.
        identity_key: Ed25519, 32 bytes.
        flower_key: ECDSA P-384, one OpenSSH line.
        sealing_key: X25519, 32 bytes.
        identity_proof: signature of ``enrolment_statement``, 64 bytes.
        agent_version: version of the agent's program.
    """

    secret: bytes
    certificate_request: bytes
    identity_key: bytes
    flower_key: str
    sealing_key: bytes
    identity_proof: bytes
    agent_version: str


@dataclass(frozen=True)
class IssuedCertificate:
    """A certificate chain (DER, leaf first) and its generation (1 at enrolment)."""

    chain: tuple[bytes, ...]
    generation: int


@dataclass(frozen=True)
class EnrolmentReply:
    """What a new member receives; ``flower`` is absent while no rounds are offered."""

    agent_id: str
    certificate: IssuedCertificate
    control: Endpoint
    flower: Endpoint | None
    server_time: datetime


@dataclass(frozen=True)
class RenewalRequest:
    """A request for the next certificate.

    Attributes:
        agent_id: the membership.
        certificate_request: PKCS #10, DER, for a fresh key.
        generation: of the certificate in use.
        identity_proof: signature of ``renewal_statement``, 64 bytes.
    """

    agent_id: str
    certificate_request: bytes
    generation: int
    identity_proof: bytes


@dataclass(frozen=True)
class RenewalReply:
    """The next certificate."""

    certificate: IssuedCertificate
    server_time: datetime


def enrolment_statement(
    *, secret: bytes, certificate_request: bytes, identity_key: bytes, flower_key: str, sealing_key: bytes
) -> bytes:
    """Build what the identity key signs at enrolment: the code in use (hashed) and all other keys."""
    pieces = (hashlib.sha256(secret).digest(), certificate_request, identity_key, flower_key.encode(), sealing_key)
    return _statement(b"guildpost/enrol/1", *pieces)


def renewal_statement(*, agent_id: str, certificate_request: bytes, generation: int) -> bytes:
    """Build what the identity key signs at renewal."""
    return _statement(b"guildpost/renew/1", agent_id.encode(), certificate_request, generation.to_bytes(8, "big"))


def _statement(*pieces: bytes) -> bytes:
    return b"".join(len(piece).to_bytes(4, "big") + piece for piece in pieces)
