"""A signer's connection to the coordinator (port ``SigningDesk``): mutual TLS, its own authority pinned."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, cast

import grpc

from guildpost_shared.catalogue_paths import SignerRole
from guildpost_shared.errors import Unavailable
from guildpost_shared.pb.v1 import signing_pb2 as pb
from guildpost_shared.pb.v1 import signing_pb2_grpc
from guildpost_shared.proposals import Proposal
from guildpost_shared.wire.catalogue import from_chunks, read_limited
from guildpost_shared.wire.limits import RECEIVE_CAP
from guildpost_shared.wire.signing import parse_pending_reply
from guildpost_shared.wire.trailers import error_from_trailers

TIMEOUT: Final = 30.0  # seconds per call


class GrpcSigningDesk:
    """Ask the coordinator's signing service for one role."""

    def __init__(self, channel: grpc.Channel, role: SignerRole) -> None:
        self._stub = signing_pb2_grpc.SigningStub(channel)
        self._role = role

    def pending(self) -> Proposal | None:
        """Give what awaits the role's signature; see the port."""
        with _translated():
            reply = self._stub.Pending(pb.PendingRequest(role=self._role), timeout=TIMEOUT)
        return parse_pending_reply(reply)

    def content(self, sha256: str, limit: int) -> bytes:
        """Give contents by their hash; see the port."""
        request = pb.ContentRequest(role=self._role, sha256=bytes.fromhex(sha256))
        with _translated():
            return read_limited(from_chunks(self._stub.Content(request, timeout=TIMEOUT)), limit)

    def submit(self, version: int, signature: bytes) -> bool:
        """Hand a signature in; see the port."""
        request = pb.SubmitRequest(role=self._role, version=version, signature=signature)
        with _translated():
            return bool(self._stub.Submit(request, timeout=TIMEOUT).published)

    def refuse(self, version: int, code: str) -> None:
        """Hand a refusal in; see the port."""
        request = pb.RefuseRequest(role=self._role, version=version, code=code)
        with _translated():
            self._stub.Refuse(request, timeout=TIMEOUT)


def open_channel(address: str, *, authority_pem: bytes, key_pem: bytes, chain_pem: bytes) -> grpc.Channel:
    """Open a channel with mutual TLS that trusts one authority only.

    Args:
        address: ``HOST:PORT`` of the coordinator's control port.
        authority_pem: the coordinator's CA certificate.
        key_pem: the signer's TLS key, PKCS #8 without passphrase (in memory only).
        chain_pem: the signer's certificate chain, leaf first.
    """
    credentials = grpc.ssl_channel_credentials(authority_pem, key_pem, chain_pem)
    options = (
        ("grpc.max_receive_message_length", RECEIVE_CAP),
        ("grpc.max_reconnect_backoff_ms", 2_000),
        ("grpc.enable_http_proxy", 0),
    )
    return grpc.secure_channel(address, credentials, options)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except grpc.RpcError as error:
        call = cast("grpc.Call", error)  # what a stub raises is the failed call itself
        trailers = call.trailing_metadata() or ()
        raise error_from_trailers(trailers) or Unavailable("coordinator_away", detail=str(call.code())) from error
