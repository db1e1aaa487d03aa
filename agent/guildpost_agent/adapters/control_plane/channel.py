"""Connections to the coordinator: one trusted root, the agent's own certificate, the shared limits.

Errors that come back are rebuilt here from the code in the trailer.
"""

import json
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, cast

import grpc
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from guildpost_agent.app.ports.control_plane import Credentials
from guildpost_shared.errors import GuildpostError, ProtocolViolation, Unavailable, Untrusted, from_code
from guildpost_shared.identity.enrolment import Endpoint
from guildpost_shared.wire.limits import CODE_KEY, PARAMS_KEY, PING_EVERY, PING_TIMEOUT, RECEIVE_CAP

OPTIONS: Final[tuple[tuple[str, int], ...]] = (
    ("grpc.max_receive_message_length", RECEIVE_CAP),
    ("grpc.max_send_message_length", RECEIVE_CAP),
    ("grpc.keepalive_time_ms", PING_EVERY * 1000),
    ("grpc.keepalive_timeout_ms", PING_TIMEOUT * 1000),
    ("grpc.enable_retries", 0),  # repeating is decided by use cases
    ("grpc.enable_http_proxy", 0),  # a proxy in between would be neither pinned nor seen
    ("grpc.use_local_subchannel_pool", 1),  # a renewed certificate must not meet a connection made with the old one
)
Wrap = Callable[[grpc.Channel], grpc.Channel]
"""Puts something in front of a connection (the egress gate)."""
_HANDSHAKE_FAILURES: Final = ("CERTIFICATE_VERIFY_FAILED", "Hostname Verification Check failed", "WRONG_VERSION_NUMBER")
_RESERVED_PARAMS: Final = frozenset({"code", "detail"})


def unwrapped(channel: grpc.Channel) -> grpc.Channel:
    """Put nothing in front."""
    return channel


def open_newcomer_channel(endpoint: Endpoint, authority: bytes) -> grpc.Channel:
    """Open a connection to the enrolment port; close it after use.

    Args:
        endpoint: where to.
        authority: the only trusted root, DER.
    """
    roots = ssl.DER_cert_to_PEM_cert(authority).encode("ascii")
    return grpc.secure_channel(str(endpoint), grpc.ssl_channel_credentials(roots), options=OPTIONS)


def open_member_channel(credentials: Credentials) -> grpc.Channel:
    """Open a connection to the control port; close it after use.

    The authority's own certificate is not shown: the coordinator trusts it anyway (RFC 8446, section 4.4.2), and would
    keep a copy for each connection.
    """
    key = load_der_private_key(credentials.private_key, None)
    shown = [der for der in credentials.chain if der != credentials.authority]
    mutual = grpc.ssl_channel_credentials(
        root_certificates=ssl.DER_cert_to_PEM_cert(credentials.authority).encode("ascii"),
        private_key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        certificate_chain="".join(ssl.DER_cert_to_PEM_cert(der) for der in shown).encode("ascii"),
    )
    return grpc.secure_channel(str(credentials.control), mutual, options=OPTIONS)


@contextmanager
def translated() -> Iterator[None]:
    """Turn gRPC's errors in the block into ours.

    Raises:
        GuildpostError: what the coordinator said; ``coordinator_away``, ``coordinator_slow`` or ``coordinator_busy``;
            ``coordinator_untrusted`` if its certificate does not hold.
    """
    try:
        yield
    except grpc.RpcError as error:
        raise rebuilt(error) from error


def rebuilt(error: grpc.RpcError) -> GuildpostError:
    """Rebuild the error that the coordinator raised, or name what went wrong on the way."""
    call = cast("grpc.Call", error)  # the library raises only errors that are calls as well, and types them apart
    trailer = {key: value for key, value in call.trailing_metadata() or () if isinstance(value, str)}
    if CODE_KEY in trailer:
        return from_code(trailer[CODE_KEY], **_params(trailer.get(PARAMS_KEY, "{}")))
    return _on_the_way(call.code(), (call.details() or "")[:300])


def _on_the_way(status: grpc.StatusCode, details: str) -> GuildpostError:
    """Name an error that no coordinator of ours has put its code on."""
    match status:
        case grpc.StatusCode.UNAVAILABLE if any(sign in details for sign in _HANDSHAKE_FAILURES):
            return Untrusted("coordinator_untrusted", detail=details)
        case grpc.StatusCode.DEADLINE_EXCEEDED:
            return Unavailable("coordinator_slow", detail=details)
        case grpc.StatusCode.UNAVAILABLE | grpc.StatusCode.CANCELLED:
            return Unavailable("coordinator_away", detail=details)
        case grpc.StatusCode.RESOURCE_EXHAUSTED:
            return Unavailable("coordinator_busy", detail=details)
        case grpc.StatusCode.UNIMPLEMENTED:
            return ProtocolViolation("message_malformed", detail=details)
        case _:
            return Unavailable("coordinator_failed", detail=details)


def _params(text: str) -> dict[str, str]:
    try:
        params = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(params, dict):
        return {}
    return {str(key): str(value)[:200] for key, value in params.items() if key not in _RESERVED_PARAMS}
