"""Everything the agent asks of the coordinator passes the egress gate before gRPC sends it."""

from collections.abc import Callable
from typing import Any, Final

import grpc

Release = Callable[[str, bytes], bytes]
"""Takes the kind and the exact bytes of a message; raises ``Refused`` when it may not leave."""

KINDS: Final = {
    "/guildpost.v1.Enrolment/Enrol": "enrol",
    "/guildpost.v1.Enrolment/Renew": "renew",
    "/guildpost.v1.Presence/Connect": "presence",
    "/guildpost.v1.Catalogue/GetChanges": "catalogue_fetch",
    "/guildpost.v1.Catalogue/GetMetadata": "catalogue_fetch",
    "/guildpost.v1.Catalogue/GetTarget": "catalogue_fetch",
}
UNKNOWN: Final = "unknown"


class EgressInterceptor(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    """Shows each request to the gate; a method without a kind is none that may leave."""

    def __init__(self, release: Release) -> None:
        self._release = release

    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        """Pass one request on after the gate."""
        self._release(_kind(details), request.SerializeToString())
        return continuation(details, request)

    def intercept_unary_stream(self, continuation: Any, details: Any, request: Any) -> Any:
        """Pass one request on after the gate."""
        self._release(_kind(details), request.SerializeToString())
        return continuation(details, request)


def _kind(details: Any) -> str:
    method = details.method
    return KINDS.get(method.decode() if isinstance(method, bytes) else method, UNKNOWN)


def through_gate(channel: grpc.Channel, release: Release) -> grpc.Channel:
    """Put the gate in front of a channel."""
    return grpc.intercept_channel(channel, EgressInterceptor(release))
