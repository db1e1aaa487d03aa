"""Who is calling: the identity in the client certificate that TLS has verified."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, cast

import grpc
from cryptography import x509

from guildpost_shared.errors import Refused, Untrusted
from guildpost_shared.identity.certificate_profile import AgentIdentity, Anonymous, PeerIdentity, Role, SignerIdentity
from guildpost_shared.identity.certificate_profile import identity_of as identity_in_certificate


@dataclass(frozen=True)
class Peer:
    """A caller.

    Attributes:
        identity: from the certificate; ``Anonymous`` without one.
        serial: of the certificate, hexadecimal; empty without one.
        not_after: end of the certificate, UTC.
    """

    identity: PeerIdentity
    serial: str
    not_after: datetime


ANONYMOUS = Peer(Anonymous(), "", datetime.max.replace(tzinfo=UTC))


Context = grpc.ServicerContext | grpc.aio.ServicerContext[Any, Any]
"""Of a call, whether its servicer runs in a thread or in the event loop."""


def peer_of(context: Context) -> Peer:
    """Tell who is calling.

    Raises:
        Untrusted: ``certificate_profile``.
    """
    pem = next(iter(context.auth_context().get("x509_pem_cert", ())), None)
    return ANONYMOUS if pem is None else _read(cast("bytes", pem))


def agent_of(context: Context) -> str:
    """Give the id of the calling agent.

    Raises:
        Refused: ``method_not_allowed``: the caller is no agent.
    """
    match peer_of(context).identity:
        case AgentIdentity(agent_id):
            return agent_id
        case _:
            raise Refused("method_not_allowed")


def role_of(context: Context) -> Role:
    """Give the role of the calling signer.

    Raises:
        Refused: ``method_not_allowed``: the caller is no signer.
    """
    match peer_of(context).identity:
        case SignerIdentity(role):
            return role
        case _:
            raise Refused("method_not_allowed")


@lru_cache(maxsize=1_024)
def _read(pem: bytes) -> Peer:
    try:
        certificate = x509.load_pem_x509_certificate(pem)
    except ValueError as error:
        raise Untrusted("certificate_profile") from error
    serial = f"{certificate.serial_number:x}"
    return Peer(identity_in_certificate(certificate), serial, certificate.not_valid_after_utc)
