"""What every call passes before its servicer sees it, and in which order.

1  the request's bytes are shown to the recorder, if there is one (for audits of what arrives)
2  errors from here on are translated once
3  the method must be open to this kind of peer (a method missing in the table is open to nobody)
4  the peer has not asked too often
5  the peer's certificate and membership are in force
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import grpc

from guildpost_coordinator.adapters.grpc_server.errors import translated
from guildpost_coordinator.adapters.grpc_server.limits import RateLimit
from guildpost_coordinator.adapters.grpc_server.peers import ANONYMOUS, Peer, peer_of
from guildpost_shared.errors import Refused

AGENT: Final = "agent"
ANONYMOUS_PEER: Final = "anonymous"

Recorder = Callable[[str, bytes], None]
"""``record(method, request_bytes)`` sees every request as it arrived, after TLS."""
Admit = Callable[[Peer], None]
AllowedPeers = Mapping[str, frozenset[str]]
"""Full method name → kinds of peers: ``agent``, ``signer:<role>``, ``anonymous``."""


class Guard(grpc.ServerInterceptor):
    """Apply the steps above to every method of a server."""

    def __init__(
        self, *, allowed: AllowedPeers, admit: Admit, rate: RateLimit, recorder: Recorder | None = None
    ) -> None:
        """Set the guard up.

        Args:
            allowed: who may call what.
            admit: raises if a peer's certificate or membership is not in force.
            rate: how often one peer may ask.
            recorder: sees every request's bytes.
        """
        self._allowed = allowed
        self._admit = admit
        self._rate = rate
        self._recorder = recorder

    def intercept_service(
        self,
        continuation: "Callable[[grpc.HandlerCallDetails], grpc.RpcMethodHandler[Any, Any] | None]",
        handler_call_details: grpc.HandlerCallDetails,
    ) -> "grpc.RpcMethodHandler[Any, Any] | None":
        """Put the guard in front of a method's handler."""
        handler = continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or handler.request_streaming:
            return None  # no method of Guildpost streams requests; gRPC answers UNIMPLEMENTED
        if handler.response_streaming:
            return self._guard_stream(method, handler)
        return self._guard_unary(method, handler)

    def check(self, method: str, context: grpc.ServicerContext) -> None:
        """Perform steps 3 to 5.

        Raises:
            Refused: ``method_not_allowed``, or the membership is not active.
            Untrusted: the certificate is not in force.
            Unavailable: ``coordinator_busy``.
        """
        peer = peer_of(context)
        if str(peer.identity) not in self._allowed.get(method, frozenset()):
            raise Refused("method_not_allowed")
        self._rate.take(peer.serial or _address(context.peer()))
        if peer is not ANONYMOUS:
            self._admit(peer)

    def _guard_unary(
        self, method: str, handler: "grpc.RpcMethodHandler[Any, Any]"
    ) -> "grpc.RpcMethodHandler[Any, Any]":
        inner = handler.unary_unary

        def guarded(request: object, context: grpc.ServicerContext) -> object:
            with translated(context, method):
                self.check(method, context)
                return _present(inner)(request, context)

        return grpc.unary_unary_rpc_method_handler(
            guarded, self._recorded(method, handler), handler.response_serializer
        )

    def _guard_stream(
        self, method: str, handler: "grpc.RpcMethodHandler[Any, Any]"
    ) -> "grpc.RpcMethodHandler[Any, Any]":
        inner = handler.unary_stream

        def guarded(request: object, context: grpc.ServicerContext) -> Iterator[object]:
            with translated(context, method):
                self.check(method, context)
                yield from _present(inner)(request, context)

        return grpc.unary_stream_rpc_method_handler(
            guarded, self._recorded(method, handler), handler.response_serializer
        )

    def _recorded(self, method: str, handler: "grpc.RpcMethodHandler[Any, Any]") -> Callable[[bytes], Any]:
        parse = _present(handler.request_deserializer)
        record = self._recorder
        if record is None:
            return parse

        def recording(data: bytes) -> object:
            record(method, data)
            return parse(data)

        return recording


def _present(behaviour: Callable[..., Any] | None) -> Callable[..., Any]:
    if behaviour is None:
        raise TypeError("a handler without behaviour cannot be registered")
    return behaviour


def _address(peer: str) -> str:
    """Drop the port of gRPC's peer name (``ipv4:127.0.0.1:50412``)."""
    return peer.rpartition(":")[0]
